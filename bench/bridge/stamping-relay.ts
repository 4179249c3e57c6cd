import { once } from 'node:events';
import net from 'node:net';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { FrameReader } from '../../simulator/wire/frame.js';

export interface StampedOrder {
  readonly orderRef: string;
  /** When its bytes were here, on the clock of `process.hrtime`. */
  readonly receivedNs: bigint;
}

export interface Stamps {
  /** When each message left for the client, in order. */
  readonly sentNs: readonly bigint[];
  /** Which of them are depth or trades, as indexes. */
  readonly marketEvents: readonly number[];
  readonly orders: readonly StampedOrder[];
}

/** A relay on a thread of its own: what the gateway of the same process has to do must not make its stamps late. */
export class StampingRelay {
  private constructor(
    private readonly thread: Worker,
    readonly port: number,
  ) {}

  static async start(gatewayPort: number): Promise<StampingRelay> {
    const thread = new Worker(new URL(import.meta.url), { workerData: gatewayPort });
    const [port] = (await once(thread, 'message')) as [number];
    return new StampingRelay(thread, port);
  }

  /** So far. */
  async stamps(): Promise<Stamps> {
    this.thread.postMessage('stamps');
    const [stamps] = (await once(this.thread, 'message')) as [Stamps];
    return stamps;
  }

  async stop(): Promise<void> {
    await this.thread.terminate();
  }
}

/** Message ids: updateMktDepth and tickByTick to the client, placeOrder from it; and where that one has its orderRef. */
const [DEPTH, TRADE, PLACE_ORDER, ORDER_REF] = ['12\0', '99\0', '3\0', 26];
const PREFIX_BYTES = 4;

/**
 * Passes bytes on between one client and a gateway, and writes down when each market event left for the client and when
 * each order came back: at the socket, the same for any client.
 */
class Relay implements Stamps {
  readonly sentNs: bigint[] = [];
  readonly marketEvents: number[] = [];
  readonly orders: StampedOrder[] = [];

  /** @returns its port */
  async listen(gatewayPort: number): Promise<number> {
    const server = net.createServer((client) => this.pass(client, net.connect(gatewayPort, '127.0.0.1')));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as net.AddressInfo).port;
  }

  private pass(client: net.Socket, gateway: net.Socket): void {
    const [down, up] = [new FrameReader(), new FrameReader()];
    let sawPrefix = false;
    for (const socket of [client, gateway]) socket.setNoDelay(true);
    gateway.on('data', (bytes) => {
      const sentNs = process.hrtime.bigint();
      client.write(bytes);
      down.push(bytes);
      for (const frame of framesOf(down)) {
        if (begins(frame, DEPTH) || begins(frame, TRADE)) this.marketEvents.push(this.sentNs.length);
        this.sentNs.push(sentNs);
      }
    });
    client.on('data', (bytes) => {
      const receivedNs = process.hrtime.bigint();
      gateway.write(bytes);
      up.push(bytes);
      sawPrefix ||= up.takeBytes(PREFIX_BYTES) !== undefined;
      if (!sawPrefix) return;
      for (const frame of framesOf(up))
        if (begins(frame, PLACE_ORDER))
          this.orders.push({ orderRef: frame.toString('utf8').split('\0')[ORDER_REF]!, receivedNs });
    });
    for (const [one, other] of [
      [client, gateway],
      [gateway, client],
    ] as const)
      one.on('error', () => {}).on('close', () => other.destroy());
  }
}

function* framesOf(reader: FrameReader): Generator<Buffer> {
  for (let frame = reader.takeFrame(); frame !== undefined; frame = reader.takeFrame()) yield frame;
}

function begins(frame: Buffer, id: string): boolean {
  return frame.toString('latin1', 0, id.length) === id;
}

if (!isMainThread) {
  const relay = new Relay();
  parentPort!.on('message', () => {
    const { sentNs, marketEvents, orders } = relay;
    parentPort!.postMessage({ sentNs, marketEvents, orders } satisfies Stamps);
  });
  parentPort!.postMessage(await relay.listen(workerData as number));
}
