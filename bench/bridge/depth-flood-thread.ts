import net from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import type { FloodOrder } from './capture-throughput.js';

// A gateway that answers what the bridge asks on connect, and then sends depth as fast as asked: nothing of a real
// gateway's work, so that the bridge is what is measured. Posts its port, and 'flooding' when the first event leaves.

const { file, events, eventsPerSecond, account } = workerData as FloodOrder;
const { openDepthFile } = await import('../../shared/events/depth-jsonl.js');
const { EventKind } = await import('../../shared/events/event-batch.js');

const CHUNK_EVENTS = 500;

function frame(...fields: readonly (string | number)[]): Buffer {
  const body = Buffer.from(`${fields.join('\0')}\0`);
  const head = Buffer.alloc(4);
  head.writeUInt32BE(body.length);
  return Buffer.concat([head, body]);
}

/** The recording's depth operations as messages of one request, cut into chunks. */
async function depthChunks(requestId: string): Promise<{ bytes: Buffer; count: number }[]> {
  const recording = await openDepthFile(file);
  const messages: Buffer[] = [];
  for await (const batch of recording.batches())
    for (let i = 0; i < batch.length; i++) {
      if (batch.kind[i] !== EventKind.depth) continue;
      const price = recording.scale.priceOf(batch.priceTicks[i]!);
      messages.push(
        frame(12, 1, requestId, batch.position[i]!, batch.operation[i]!, batch.side[i]!, price, batch.size[i]!),
      );
    }
  const chunks: { bytes: Buffer; count: number }[] = [];
  for (let at = 0; at < messages.length; at += CHUNK_EVENTS) {
    const part = messages.slice(at, at + CHUNK_EVENTS);
    chunks.push({ bytes: Buffer.concat(part), count: part.length });
  }
  return chunks;
}

async function flood(socket: net.Socket, requestId: string): Promise<void> {
  const chunks = await depthChunks(requestId);
  parentPort?.postMessage('flooding');
  const startedMs = performance.now();
  for (let sent = 0, at = 0; sent < events; at++) {
    const { bytes, count } = chunks[at % chunks.length]!;
    sent += count;
    if (!socket.write(bytes)) await new Promise((resolve) => socket.once('drain', resolve));
    if (eventsPerSecond === null) continue;
    const earlyMs = startedMs + (sent / eventsPerSecond) * 1000 - performance.now();
    if (earlyMs > 1) await new Promise((resolve) => setTimeout(resolve, earlyMs));
  }
}

/** Answers by message id; see the TWS protocol's requests. */
function answer(socket: net.Socket, fields: readonly string[]): void {
  const send = (...messages: readonly Buffer[]) => socket.write(Buffer.concat(messages));
  const [id, , requestOf3] = fields;
  switch (id) {
    case '71':
      return void send(frame(15, 1, account), frame(9, 1, 1));
    case '49':
      return void send(frame(49, 1, 0));
    case '9': {
      const details = [
        'ES',
        'FUT',
        '20190920',
        0,
        '',
        'CME',
        'USD',
        'ESU9',
        'ES',
        'ES',
        1,
        0.25,
        50,
        'LMT',
        'CME',
        1,
        0,
      ];
      const rest = ['', '', '', '', '', '', '', '', '', '', '', 0, 0, '', '', '', '', '', 1, 1, 1];
      return void send(frame(10, requestOf3!, ...details, ...rest), frame(52, 1, requestOf3!));
    }
    case '16':
    case '5':
      return void send(frame(53, 1));
    case '7':
      return void send(frame(55, 1, requestOf3!));
    case '61':
      return void send(frame(62, 1));
    case '10':
      return void flood(socket, requestOf3!);
    default:
      return;
  }
}

const server = net.createServer((socket) => {
  let held = Buffer.alloc(0);
  let greeted = false;
  socket.on('error', () => {});
  socket.on('data', (data) => {
    held = Buffer.concat([held, data]);
    if (!greeted) {
      if (held.length < 8 || held.length < 8 + held.readUInt32BE(4)) return;
      held = held.subarray(8 + held.readUInt32BE(4));
      greeted = true;
      socket.write(frame(178, '20190829 12:00:00 UTC'));
    }
    while (held.length >= 4 && held.length >= 4 + held.readUInt32BE(0)) {
      const end = 4 + held.readUInt32BE(0);
      answer(socket, held.toString('utf8', 4, end).split('\0'));
      held = held.subarray(end);
    }
  });
});
server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as net.AddressInfo).port));
