import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { homePlaces } from '../../shared/config/home-places.js';
import { type ClockSpec, createMarketClock } from '../../shared/market/clock/market-clock.js';
import type { ReleaseFiles } from '../../shared/trust/archive.js';
import { makeBrokerHome } from './broker-home.js';
import { DepthFlood } from './depth-flood.js';
import { ACCOUNT, bridgeConfig, DEPTH_SAMPLE } from './measured-config.js';
import { RunningBridge } from './running-bridge.js';
import { TRADE_DATE } from './three-heads.js';

export interface Flood {
  readonly events: number;
  /** Null for as fast as the bridge takes them. */
  readonly eventsPerSecond: number | null;
}

export interface CaptureRun {
  readonly events: number;
  readonly eventsPerSecond: number;
  readonly decisions: number;
  /** Processor time of the bridge, all its threads, for one event. */
  readonly cpuUsPerEvent: number;
  readonly loopMsP50: number;
  readonly loopMsP99: number;
  readonly loopMsMax: number;
  /** Of the bridge's process: once a second from the first event on. */
  readonly rssMiB: readonly number[];
}

/** Market seconds a second, so that the heads are warm after three seconds; a decision each 50 ms. */
const SPEED = 20;
const MIB = 2 ** 20;

/**
 * From the socket to closed `dom_ib.jsonl` segments, with book, features, three heads and their decisions, in a bridge as
 * operators run it.
 * @throws RangeError where an event that left the gateway is no line of a closed segment, or no head decided
 */
export async function measureCapture(flood: Flood, heads: ReleaseFiles): Promise<CaptureRun> {
  const home = mkdtempSync(path.join(os.tmpdir(), 'believe-bench-'));
  const clock: ClockSpec = {
    ...{ kind: 'replay', firstTradeDate: TRADE_DATE, speed: SPEED, beforeOpenSeconds: 1, afterOpenSeconds: 20_000 },
    startedAtWallMs: Date.now() - 3_600_000 / SPEED,
  };
  const barsBeforeMs = createMarketClock(clock).nowMs();
  const gateway = await DepthFlood.open({ ...flood, file: DEPTH_SAMPLE, account: ACCOUNT, barsBeforeMs });
  const config = bridgeConfig(home, gateway.port);
  await makeBrokerHome(home, heads, config.instrument);
  const bridge = await RunningBridge.start({ config, clock });
  try {
    await gateway.began;
    return await watch(bridge, gateway, home);
  } finally {
    bridge.kill();
    await gateway.end();
    rmSync(home, { recursive: true, force: true });
  }
}

async function watch(bridge: RunningBridge, gateway: DepthFlood, home: string): Promise<CaptureRun> {
  const first = await bridge.until(({ eventsSeen }) => eventsSeen > 0);
  const before = await bridge.begin();
  const seenBefore = bridge.status().eventsSeen;
  const rssMiB: number[] = [];
  let sent: number | undefined;
  void gateway.sent.then((count) => {
    sent = count;
  });
  // The last status within the flood: with the first one it gives the rate.
  let last = first;
  while (sent === undefined) {
    await sleep(1000);
    rssMiB.push((await bridge.use()).rssBytes / MIB);
    if (sent === undefined) last = bridge.status();
  }
  const events = sent;
  const end = await bridge.until(({ eventsSeen }) => eventsSeen >= events);
  const use = await bridge.use();
  await bridge.stop();
  const lost = events - capturedEvents(home);
  if (lost !== 0) throw new RangeError(`${lost} of ${events} events are no line of a closed segment`);
  if (end.decisions === 0 || end.decisionErrors > 0)
    throw new RangeError(`${end.decisions} decisions, ${end.decisionErrors} failed: the heads were to decide`);
  const seconds = (Date.parse(last.wallTime) - Date.parse(first.wallTime)) / 1000;
  return {
    ...{ events, decisions: end.decisions, rssMiB },
    eventsPerSecond: (last.eventsSeen - first.eventsSeen) / seconds,
    cpuUsPerEvent: (use.cpuUs - before.cpuUs) / (events - seenBefore),
    ...{ loopMsP50: use.loopMsP50, loopMsP99: use.loopMsP99, loopMsMax: use.loopMsMax },
  };
}

/** Depth and trade lines of the closed segments. */
function capturedEvents(home: string): number {
  const folder = homePlaces(home).broker.capture;
  const segments = readdirSync(folder).filter((file) => file.endsWith('.jsonl'));
  return segments.reduce((sum, file) => {
    const bytes = readFileSync(path.join(folder, file));
    return sum + linesOf(bytes, '{"kind":"depth"') + linesOf(bytes, '{"kind":"trade"');
  }, 0);
}

function linesOf(bytes: Buffer, beginning: string): number {
  let count = 0;
  for (let at = bytes.indexOf(beginning); at >= 0; at = bytes.indexOf(beginning, at + 1)) count++;
  return count;
}
