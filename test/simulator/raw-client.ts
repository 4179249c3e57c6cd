import { once } from 'node:events';
import net from 'node:net';

const WAIT_MS = 20_000;

/** A contract block of 12 fields: ES September 2019 unless changed. */
export function contractFields(
  changes: Partial<Record<'conId' | 'symbol' | 'secType' | 'date' | 'exchange' | 'localSymbol', string>> = {},
): string[] {
  const { conId = '0', symbol = 'ES', secType = 'FUT', date = '201909', exchange = 'CME', localSymbol = '' } = changes;
  return [conId, symbol, secType, date, '0', '', '', exchange, '', 'USD', localSymbol, ''];
}

/** A TWS client of bare bytes, written against the protocol and not against the simulator's code. */
export class RawClient {
  readonly messages: string[][] = [];
  isClosed = false;
  serverVersion = 0;
  #buffer = Buffer.alloc(0);
  #seen = 0;

  private constructor(readonly socket: net.Socket) {
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', () => {});
    socket.on('close', () => {
      this.isClosed = true;
    });
  }

  /** A connection on which nothing was said yet. */
  static async open(port: number): Promise<RawClient> {
    const socket = net.connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new RawClient(socket);
  }

  /** Connected and past startApi, with its first notices read. */
  static async connect(port: number, clientId = 1, announcement = 'v100..178', capabilities = ''): Promise<RawClient> {
    const client = await RawClient.open(port);
    client.announce(announcement);
    const [version] = await client.next((message) => message.length === 2);
    client.serverVersion = Number(version);
    client.send('71', '2', String(clientId), capabilities);
    await client.next((message) => message[0] === '4' && message[3] === '2158');
    return client;
  }

  announce(text: string): void {
    this.write(Buffer.concat([Buffer.from('API\0'), frame(Buffer.from(text))]));
  }

  send(...fields: string[]): void {
    this.write(frame(Buffer.from(`${fields.join('\0')}\0`)));
  }

  write(bytes: Buffer): void {
    this.socket.write(bytes);
  }

  /** The next message that fits, from where the last wait ended. */
  async next(isMeant: (message: string[]) => boolean): Promise<string[]> {
    const giveUpMs = performance.now() + WAIT_MS;
    for (;;) {
      for (; this.#seen < this.messages.length; this.#seen++)
        if (isMeant(this.messages[this.#seen]!)) return this.messages[this.#seen++]!;
      if (this.isClosed || performance.now() > giveUpMs)
        throw new Error(`no such message; the last ones: ${JSON.stringify(this.messages.slice(-3))}`);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  /** The next error or notice as [id, code]. */
  async nextError(): Promise<[id: number, code: number]> {
    const message = await this.next(([id]) => id === '4');
    return [Number(message[2]), Number(message[3])];
  }

  async closed(): Promise<void> {
    if (!this.isClosed) await new Promise((resolve) => this.socket.once('close', resolve));
  }

  close(): void {
    this.socket.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    while (this.#buffer.length >= 4) {
      const end = 4 + this.#buffer.readUInt32BE(0);
      if (this.#buffer.length < end) return;
      const text = this.#buffer.toString('utf8', 4, end);
      if (!text.endsWith('\0')) throw new Error(`the message '${text}' does not end with a NUL`);
      this.messages.push(text.slice(0, -1).split('\0'));
      this.#buffer = this.#buffer.subarray(end);
    }
  }
}

function frame(body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}

/** reqMktDepth. */
export const depthRequest = (reqId: number, contract = contractFields(), rows = '10', isSmart = '0') => [
  '10',
  '5',
  String(reqId),
  ...contract,
  rows,
  isSmart,
  '',
];

/** cancelOrder, without a time. */
export const cancelRequest = (orderId: number) => ['4', '1', String(orderId), ''];

/** placeOrder as version 178 writes it, after its message id; every field not named is as ib_async leaves it. */
export function orderFields(
  orderId: number | string,
  changes: {
    contract?: string[];
    action?: string;
    quantity?: string;
    type?: string;
    limit?: string;
    aux?: string;
    tif?: string;
    parentId?: string;
    account?: string;
  } = {},
): string[] {
  const {
    contract = contractFields(),
    action = 'BUY',
    quantity = '1',
    type = 'LMT',
    limit = '2900',
    aux = '',
    tif = 'DAY',
    parentId = '0',
    account = '',
  } = changes;
  const empty = (count: number) => Array<string>(count).fill('');
  return [
    ...['3', String(orderId), ...contract, '', ''],
    ...[action, quantity, type, limit, aux, tif, '', account, '', '0', '', '1', parentId],
    ...['0', '0', '0', '0', '0', '0', '', '0', '', '', '', '', ''],
    ...['', '0', '', '-1', '0', '', '', '0', '', '', '0', '0', '', '0'],
    ...empty(5),
    ...['0', '', '0', '', '', '0', '0', '', '', '', '', '', '', '', '', '', '0', '', '', '0', '0', ''],
    ...['', '0', '', '0', '0', '0', '0', '', '', '', '', '', '', '', '', '', ''],
    ...empty(5),
    ...['0', '0', '0', '', '', '', '0', '', ''],
  ];
}
