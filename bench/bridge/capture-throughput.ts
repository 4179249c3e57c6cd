import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { pino } from 'pino';
import { startBridge } from '../../bridge/bridge.js';
import { createMarketClock } from '../../shared/clock/market-clock.js';
import { configSchema } from '../../shared/config/config.js';
import { bridgeStatus } from '../../shared/handover/bridge-status.js';

export interface FloodOrder {
  /** A recording of ESU9 depth whose operations are sent again and again. */
  readonly file: string;
  readonly events: number;
  /** Null for as fast as the bridge takes them. */
  readonly eventsPerSecond: number | null;
  readonly account: string;
}

export interface CaptureThroughput {
  readonly events: number;
  /** Events that left the gateway and are no line in the capture. */
  readonly lost: number;
  readonly seconds: number;
  readonly eventsPerSecond: number;
  /** CPU of the whole process, the sending thread included, for one event. */
  readonly cpuUsPerEvent: number;
  readonly rssMiB: number;
}

/** From the socket to closed `dom_ib.jsonl` segments, book and features included, in a bridge as operators run it. */
export async function measureCaptureThroughput(order: Omit<FloodOrder, 'account'>): Promise<CaptureThroughput> {
  const home = mkdtempSync(path.join(os.tmpdir(), 'believe-bench-'));
  const workerData: FloodOrder = { ...order, account: 'DU1000001' };
  const gateway = new Worker(new URL('./depth-flood-thread.js', import.meta.url), { workerData });
  try {
    const port = await messageOf<number>(gateway);
    const config = configSchema.parse({
      ...{ home, clock: { kind: 'real' }, instrument: { localSymbol: 'ESU9' }, metrics: { bridgePort: 0 } },
      ...{ gateway: { port, account: workerData.account }, bridge: { bootstrapBarDays: 0 } },
      input: { kind: 'files', depth: [order.file] },
    });
    const flooding = messageOf<string>(gateway);
    const log = pino({ level: 'silent' });
    const bridge = await startBridge({ config, clock: createMarketClock({ kind: 'real' }), home, log });
    await flooding;
    const startedMs = performance.now();
    const startedCpu = process.cpuUsage();
    const events = await untilSeen(home, order.events);
    const seconds = (performance.now() - startedMs) / 1000;
    const { user, system } = process.cpuUsage(startedCpu);
    const rssMiB = process.memoryUsage().rss / 2 ** 20;
    await bridge.stop();
    return {
      ...{ events, lost: events - capturedDepth(home), seconds, eventsPerSecond: events / seconds },
      ...{ cpuUsPerEvent: (user + system) / events, rssMiB },
    };
  } finally {
    await gateway.terminate();
    rmSync(home, { recursive: true, force: true });
  }
}

function messageOf<T>(worker: Worker): Promise<T> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

async function untilSeen(home: string, events: number): Promise<number> {
  for (;;) {
    await sleep(20);
    const status = bridgeStatus.parse(JSON.parse(readFileSync(path.join(home, 'broker', 'status.json'), 'utf8')));
    if (status.eventsSeen >= events) return status.eventsSeen;
  }
}

function capturedDepth(home: string): number {
  const folder = path.join(home, 'broker', 'capture');
  const segments = readdirSync(folder).filter((file) => file.endsWith('.jsonl'));
  return segments.reduce((sum, file) => sum + depthLines(readFileSync(path.join(folder, file))), 0);
}

function depthLines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf('{"kind":"depth"'); at >= 0; at = bytes.indexOf('{"kind":"depth"', at + 1)) count++;
  return count;
}
