import { type BenchResult, median } from './bench-result.js';
import { measureCapture } from './bridge/capture-throughput.js';
import { measureLibrary } from './bridge/library-alone.js';
import { measureOrderLatency } from './bridge/order-latency.js';
import type { OrderWay } from './bridge/order-way.js';
import { type ThreeHeads, threeHeads, withEnsemble } from './bridge/three-heads.js';

const ROUNDS = 3;
const FLOOD = { events: 3_000_000, eventsPerSecond: null };
const STEADY = { events: 750_000, eventsPerSecond: 50_000 };
/** A whole session of a busy day, at the rate that is aimed at. */
const DAY = { events: 12_000_000, eventsPerSecond: 300_000 };
const LOOP_MS_MAX = 5;

type Log = (line: string) => void;

/**
 * The bridge in a process of its own, with three heads, from its socket on: how long an order takes, against the same
 * decision in Python on two libraries; how many events it captures, against the library alone; how late its event loop comes round; how
 * much memory a day takes. Fails where an event was lost.
 */
export async function benchBridge(log: Log): Promise<BenchResult[]> {
  const heads = await threeHeads(log);
  return [...(await benchOrders(heads, log)), ...(await benchCapture(heads, log))];
}

async function benchOrders(heads: ThreeHeads, log: Log): Promise<BenchResult[]> {
  const { ours, ibAsync, nautilus } = await measureOrderLatency(heads, log);
  logWays('ours', ours, log);
  logWays('ib_async', ibAsync, log);
  logWays('NautilusTrader', nautilus, log);
  const compare = (ways: readonly OrderWay[], peerName: string, percentile: number, aim: string): BenchResult => {
    const [a, b] = [quantile(msOf(ours), percentile), quantile(msOf(ways), percentile)];
    const job = `bridge: socket in to order out, p${percentile}`;
    return { job, ours: a, peer: b, peerName, unit: 'ms', ratio: a / b, aim };
  };
  const python = 'ib_async and onnxruntime in Python, the same heads';
  const node = "NautilusTrader's node and adapter, depth handed on by us; the same Python and heads";
  return [
    ...[compare(ibAsync, python, 50, '<= 0.5'), compare(ibAsync, python, 99, '<= 0.5')],
    compare(ibAsync, python, 99.9, '< 1'),
    ...[compare(nautilus, node, 50, '<= 0.5'), compare(nautilus, node, 99, '<= 0.5')],
  ];
}

const msOf = (ways: readonly OrderWay[]) => ways.map(({ ms }) => ms);

function logWays(name: string, ways: readonly OrderWay[], log: Log): void {
  const row = (what: string, values: readonly number[]) =>
    log(`${name}: ${what}: ms p50 ${ms(values, 50)}, p99 ${ms(values, 99)}, p99.9 ${ms(values, 99.9)}`);
  row(`${ways.length} orders`, msOf(ways));
  for (const stage of Object.keys(ways[0]?.stages ?? {}))
    row(
      stage,
      ways.map(({ stages }) => stages[stage]!),
    );
}

async function benchCapture(heads: ThreeHeads, log: Log): Promise<BenchResult[]> {
  // Decisions are made and come to nothing: the flood's gateway answers no orders.
  const files = withEnsemble(heads, (trained) => ({
    ...trained,
    policy: { ...trained.policy, entryEdgeTicks: 1000 },
  }));
  const ours: number[] = [];
  const alone: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const run = await measureCapture(FLOOD, files);
    const library = await measureLibrary(FLOOD.events);
    ours.push(run.eventsPerSecond);
    alone.push(library.eventsPerSecond);
    log(
      `capture ${round}/${ROUNDS}: ${thousands(run.eventsPerSecond)} events/s, ${run.cpuUsPerEvent.toFixed(2)} us of processor time each, ` +
        `${run.decisions} decisions, lost: 0; @stoqey/ib alone ${thousands(library.eventsPerSecond)}, ${library.cpuUsPerEvent.toFixed(2)} us`,
    );
  }
  const steady = await measureCapture(STEADY, files);
  log(
    `event loop at ${thousands(STEADY.eventsPerSecond)} events/s: p50 ${steady.loopMsP50.toFixed(2)}, p99 ${steady.loopMsP99.toFixed(2)}, max ${steady.loopMsMax.toFixed(1)} ms`,
  );
  const day = await measureCapture(DAY, files);
  const memory = day.rssMiB.map((mib) => mib.toFixed(0));
  log(
    `${(day.events / 1e6).toFixed(1)} million events at ${thousands(day.eventsPerSecond)} events/s, lost: 0; resident memory, MiB, once a second: ${memory.join(' ')}`,
  );
  const middle = day.rssMiB[Math.floor(day.rssMiB.length / 2)]!;
  const end = day.rssMiB.at(-1)!;
  const unit = 'thousand events a second';
  return [
    {
      ...{ job: 'bridge: socket to closed segments with book, features and decisions, none lost', unit },
      ...{ ours: median(ours) / 1000, peer: median(alone) / 1000, peerName: '@stoqey/ib alone, handlers that count' },
      ...{ ratio: median(ours) / median(alone), aim: '300 thousand' },
    },
    {
      ...{ job: `bridge: event loop gap, p99, at ${thousands(STEADY.eventsPerSecond)} events/s`, unit: 'ms' },
      ...{ ours: steady.loopMsP99, peer: LOOP_MS_MAX, peerName: 'the bound', ratio: steady.loopMsP99 / LOOP_MS_MAX },
      aim: '< 1',
    },
    {
      ...{ job: `bridge: resident memory after ${(day.events / 1e6).toFixed(0)} million events`, unit: 'MiB' },
      ...{ ours: end, peer: middle, peerName: 'its own after half of them', ratio: end / middle, aim: '1, flat' },
    },
  ];
}

/** Nearest rank. */
function quantile(values: readonly number[], percentile: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percentile) / 100))]!;
}

function ms(values: readonly number[], percentile: number): string {
  return quantile(values, percentile).toFixed(3);
}

function thousands(value: number): string {
  return `${Math.round(value / 1000)},000`;
}
