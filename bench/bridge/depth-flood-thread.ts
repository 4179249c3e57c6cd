import net from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import type { FloodOrder } from './depth-flood.js';

// A gateway that answers what a client asks on connect, and then sends the market as fast as asked: nothing of a real
// gateway's work, so that the client is what is measured. Posts its port, 'flooding' when the first event leaves, and
// 'flooded' when the last one has.

const { file, events, eventsPerSecond, account, barsBeforeMs } = workerData as FloodOrder;
const { openDepthFile } = await import('../../shared/node/files/depth-jsonl.js');
const { EventKind } = await import('../../shared/market/events/event-batch.js');
const { FrameReader } = await import('../../simulator/wire/frame.js');

const CHUNK_EVENTS = 500;
const GREETING_BYTES = 4;
const [BARS, BAR_MS] = [20, 300_000];

type Field = string | number;
type Chunk = { readonly bytes: Buffer; readonly count: number };

function frame(...fields: readonly Field[]): Buffer {
  const body = Buffer.from(`${fields.join('\0')}\0`);
  const head = Buffer.alloc(4);
  head.writeUInt32BE(body.length);
  return Buffer.concat([head, body]);
}

/** The recording's depth operations and trades as messages of two requests, cut into chunks. */
async function marketChunks(depthId: string, tradesId: string): Promise<Chunk[]> {
  const recording = await openDepthFile(file);
  const messages: Buffer[] = [];
  for await (const { length, kind, priceTicks, size, position, operation, side } of recording.batches())
    for (let i = 0; i < length; i++) {
      const price = recording.scale.priceOf(priceTicks[i]!);
      if (kind[i] === EventKind.depth)
        messages.push(frame(12, 1, depthId, position[i]!, operation[i]!, side[i]!, price, size[i]!));
      if (kind[i] === EventKind.trade)
        messages.push(frame(99, tradesId, 2, 1_567_098_590, price, size[i]!, 0, 'CME', ''));
    }
  const chunks: Chunk[] = [];
  for (let at = 0; at < messages.length; at += CHUNK_EVENTS) {
    const part = messages.slice(at, at + CHUNK_EVENTS);
    chunks.push({ bytes: Buffer.concat(part), count: part.length });
  }
  return chunks;
}

async function flood(socket: net.Socket, depthId: string, tradesId: string): Promise<void> {
  const chunks = await marketChunks(depthId, tradesId);
  parentPort?.postMessage('flooding');
  const startedMs = performance.now();
  let sent = 0;
  for (let at = 0; sent < events; at++) {
    const { bytes, count } = chunks[at % chunks.length]!;
    sent += count;
    if (!socket.write(bytes)) await new Promise((resolve) => socket.once('drain', resolve));
    if (eventsPerSecond === null) continue;
    const earlyMs = startedMs + (sent / eventsPerSecond) * 1000 - performance.now();
    if (earlyMs > 1) await new Promise((resolve) => setTimeout(resolve, earlyMs));
  }
  parentPort?.postMessage({ sent });
}

const CONTRACT: readonly Field[] = [
  ...['ES', 'FUT', '20190920', 0, '', 'CME', 'USD', 'ESU9', 'ES', 'ES', 1, 0.25, 50, 'LMT', 'CME', 1, 0],
  ...['', '', '', '', '', '', '', '', '', '', '', 0, 0, '', '', '', '', '', 1, 1, 1],
];

/** Five-minute bars that end now, so that the head that sees bars is warm. */
function history(requestId: string): Buffer {
  const lastMs = Math.floor(barsBeforeMs / BAR_MS) * BAR_MS;
  const bars = Array.from({ length: BARS }, (_, i) => {
    const openedSeconds = (lastMs - (BARS - i) * BAR_MS) / 1000;
    return [openedSeconds, 2925, 2926, 2924, 2925 + (i % 3) / 4, 1000 + i, 2925, 100];
  });
  return frame(17, requestId, '', '', BARS, ...bars.flat());
}

class Client {
  private depthId = '';

  constructor(private readonly socket: net.Socket) {}

  /** Answers by message id; see the TWS protocol's requests. */
  answer(fields: readonly string[]): void {
    const [id, second, third] = fields;
    const send = (...messages: readonly Buffer[]) => this.socket.write(Buffer.concat(messages));
    if (id === '71') send(frame(15, 1, account), frame(9, 1, 1));
    if (id === '49') send(frame(49, 1, 0));
    if (id === '9') send(frame(10, third!, ...CONTRACT), frame(52, 1, third!));
    if (id === '16' || id === '5') send(frame(53, 1));
    if (id === '7') send(frame(55, 1, third!));
    if (id === '61') send(frame(62, 1));
    if (id === '62') send(frame(63, 1, third!, account, 'NetLiquidation', '1000000.00', 'USD'), frame(64, 1, third!));
    if (id === '20') send(history(second!));
    if (id === '10') this.depthId = third!;
    if (id === '97') void flood(this.socket, this.depthId, second!);
  }
}

const server = net.createServer((socket) => {
  const reader = new FrameReader();
  const client = new Client(socket);
  let [sawPrefix, isGreeted] = [false, false];
  socket.on('error', () => {});
  socket.on('data', (data) => {
    reader.push(data);
    sawPrefix ||= reader.takeBytes(GREETING_BYTES) !== undefined;
    if (!sawPrefix) return;
    for (let message = reader.takeFrame(); message !== undefined; message = reader.takeFrame()) {
      if (isGreeted) client.answer(message.toString('utf8').split('\0'));
      else socket.write(frame(178, '20190829 12:00:00 UTC'));
      isGreeted = true;
    }
  });
});
server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as net.AddressInfo).port));
