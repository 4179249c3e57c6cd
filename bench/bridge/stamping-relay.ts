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

/** Bytes of one direction as they passed, and when. */
type Passed = { readonly atNs: bigint; readonly bytes: Buffer }[];

/**
 * Passes bytes on between one client and a gateway, and keeps them: at the socket, the same for any client. It reads them only once
 * it is asked, because whoever it wakes up may be waiting for the processor that it would read on.
 */
class Relay {
  private readonly down: Passed = [];
  private readonly up: Passed = [];

  /** @returns its port */
  async listen(gatewayPort: number): Promise<number> {
    const server = net.createServer((client) => this.pass(client, net.connect(gatewayPort, '127.0.0.1')));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as net.AddressInfo).port;
  }

  private pass(client: net.Socket, gateway: net.Socket): void {
    for (const [one, other, passed] of [
      [client, gateway, this.up],
      [gateway, client, this.down],
    ] as const) {
      one.setNoDelay(true);
      one.on('data', (bytes) => {
        passed.push({ atNs: process.hrtime.bigint(), bytes });
        other.write(bytes);
      });
      one.on('error', () => {}).on('close', () => other.destroy());
    }
  }

  stamps(): Stamps {
    const [sentNs, marketEvents, orders] = [[] as bigint[], [] as number[], [] as StampedOrder[]];
    for (const { atNs, frame } of framesOf(this.down)) {
      if (begins(frame, DEPTH) || begins(frame, TRADE)) marketEvents.push(sentNs.length);
      sentNs.push(atNs);
    }
    for (const { atNs, frame } of framesOf(this.up, PREFIX_BYTES))
      if (begins(frame, PLACE_ORDER))
        orders.push({ orderRef: frame.toString('utf8').split('\0')[ORDER_REF]!, receivedNs: atNs });
    return { sentNs, marketEvents, orders };
  }
}

/** Each frame, and when its last byte passed. @param prefixBytes that are in front of the first one */
function* framesOf(passed: Passed, prefixBytes = 0): Generator<{ atNs: bigint; frame: Buffer }> {
  const reader = new FrameReader();
  let sawPrefix = prefixBytes === 0;
  for (const { atNs, bytes } of passed) {
    reader.push(bytes);
    sawPrefix ||= reader.takeBytes(prefixBytes) !== undefined;
    if (!sawPrefix) continue;
    for (let frame = reader.takeFrame(); frame !== undefined; frame = reader.takeFrame()) yield { atNs, frame };
  }
}

function begins(frame: Buffer, id: string): boolean {
  return frame.toString('latin1', 0, id.length) === id;
}

if (!isMainThread) {
  const relay = new Relay();
  parentPort!.on('message', () => {
    parentPort!.postMessage(relay.stamps());
  });
  parentPort!.postMessage(await relay.listen(workerData as number));
}
