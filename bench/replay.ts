import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { QueueSpec } from '../research/backtest/queue-model.js';
import { cacheFolder } from '../setup/cache-folder.mjs';
import { pythonWith } from '../setup/python-environment.js';
import { EventKind } from '../shared/market/events/event-batch.js';
import { planFeatures } from '../shared/market/features/feature-plan.js';
import { SampledMarket } from '../shared/market/features/sampled-market.js';
import { FEATURES } from '../shared/market/features/schema.js';
import { type BenchResult, median } from './bench-result.js';
import { writeLevelRows } from './replay/level-rows.js';
import { type LoadedTape, loadTape } from './replay/load-tape.js';
import { MAKER, makeMarket } from './replay/quote-both-sides.js';
import { reconcileFills } from './replay/reconcile-fills.js';
import { syntheticTape } from './store/synthetic-tape.js';

const run = promisify(execFile);
const ROUNDS = 3;
/** Brings the SYNTHETIC tape to 80 events a second, as many as the real ES sample has. */
const SPEED = 4;
const UNIT = 'million events a second of processor time';
const ROI_MARGIN_TICKS = 100;

/** The same models on both sides, by the name that the peer takes. */
const QUEUES: readonly { name: string; spec: QueueSpec; peer: string }[] = [
  { name: 'only trades move an order forward', spec: { kind: 'none' }, peer: 'none' },
  { name: 'probabilistic, power 3', spec: { kind: 'power', n: 3 }, peer: 'power:3' },
];

type Log = (line: string) => void;

/**
 * Replay and market making on more than five million SYNTHETIC events in memory, against hftbacktest and NautilusTrader
 * on the same changes as price-addressed rows. Both sides take turns, medians are compared, and every fill is
 * reconciled. Reading files and compiling count for nobody. What is measured is processor time, all threads of a side
 * together: other programs on the machine then disturb both sides less.
 */
export async function benchReplay(log: Log): Promise<BenchResult[]> {
  const tape = await loadTape(await syntheticTape(log), SPEED);
  const work = mkdtempSync(path.join(cacheFolder(), 'bench', 'replay-'));
  try {
    const peer = await Peer.prepare(tape, work, log);
    return [...(await benchFeatures(tape, peer, log)), ...(await benchMaking(tape, peer, log))];
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function benchFeatures(tape: LoadedTape, peer: Peer, log: Log): Promise<BenchResult[]> {
  const perSecond: number[] = [];
  const perEvent: number[] = [];
  const feed: number[] = [];
  // Unmeasured passes: the machine code that they end with is what is compared.
  replayFeatures(tape, false);
  replayFeatures(tape, true);
  for (let round = 0; round < ROUNDS; round++) {
    perSecond.push(millions(tape, replayFeatures(tape, false)));
    feed.push(millions(tape, await peer.feed()));
    perEvent.push(millions(tape, replayFeatures(tape, true)));
    log(
      `features ${round + 1}/${ROUNDS}: ours ${shown(perSecond)}, read on every event ${shown(perEvent)}; hftbacktest's feed loop ${shown(feed)} M events/s`,
    );
  }
  const peerName = "hftbacktest's feed loop, no feature";
  return [
    compare('book and all features, read once a second', perSecond, feed, peerName, '>= 0.5, aim 1'),
    compare(
      `book and all ${FEATURES.length} features, read on every event`,
      perEvent,
      feed,
      peerName,
      'for comparison',
    ),
  ];
}

async function benchMaking(tape: LoadedTape, peer: Peer, log: Log): Promise<BenchResult[]> {
  const results: BenchResult[] = [];
  let best: number[] = [];
  for (const { name, spec, peer: theirs } of QUEUES) {
    const ours: number[] = [];
    const hft: number[] = [];
    makeMarket(tape, spec);
    for (let round = 0; round < ROUNDS; round++) {
      const startedS = processorSeconds();
      const { fills, orders } = makeMarket(tape, spec);
      ours.push(millions(tape, processorSeconds() - startedS));
      const made = await peer.make(theirs);
      hft.push(millions(tape, made.seconds));
      const { compared, different, first } = reconcileFills(fills, made.file);
      if (different > 0 || orders !== made.orders)
        throw new RangeError(
          `${different} of ${compared} fills differ from hftbacktest's, ${orders} orders here, ${made.orders} there: ${first}`,
        );
      log(
        `market making (${name}) ${round + 1}/${ROUNDS}: ours ${shown(ours)}, hftbacktest ${shown(hft)} M events/s; ${orders} orders, ${compared} fills compared, different: ${different}`,
      );
    }
    results.push(
      compare(
        `market making on every event, ${name}`,
        ours,
        hft,
        'hftbacktest, fills reconciled one by one',
        '>= 1.3, aim 2',
      ),
    );
    best = ours;
  }
  const nautilus = [millions(tape, await peer.countByNautilus())];
  log(`NautilusTrader, counting deltas: ${shown(nautilus)} M events/s`);
  return [
    ...results,
    compare('market making on every event', best, nautilus, 'NautilusTrader counting the same deltas', '>= 10'),
  ];
}

/** @returns seconds */
function replayFeatures({ batches, tickSize }: LoadedTape, isReadOnEveryEvent: boolean): number {
  const plan = planFeatures(FEATURES.map(({ name }) => name));
  const market = new SampledMarket(tickSize);
  const row = new Float32Array(FEATURES.length);
  let read = 0;
  const startedS = processorSeconds();
  for (const batch of batches)
    for (let i = 0; i < batch.length; i++) {
      const isDue = market.onEvent(batch, i) === 'sample' || isReadOnEveryEvent;
      if (isDue && market.engine.read(plan, row)) read++;
    }
  const seconds = processorSeconds() - startedS;
  if (read === 0) throw new RangeError('no feature was read');
  return seconds;
}

/** The Python peers, and the rows that they read. */
class Peer {
  private constructor(
    private readonly hftbacktest: string,
    private readonly nautilus: string,
    private readonly work: string,
    private readonly tape: LoadedTape,
    private readonly range: readonly string[],
  ) {}

  static async prepare(tape: LoadedTape, work: string, log: Log): Promise<Peer> {
    const rows = writeLevelRows(tape.batches, tape.tickSize, MAKER.feedNs, path.join(work, 'rows.bin'));
    log(`${tape.events} events, ${rows} price-addressed rows`);
    const [hftbacktest, nautilus] = [
      await pythonWith(fileOf('hftbacktest_peer.requirements.txt')),
      await pythonWith(fileOf('nautilus_peer.requirements.txt')),
    ];
    return new Peer(hftbacktest, nautilus, work, tape, rangeOf(tape));
  }

  /** @returns seconds */
  async feed(): Promise<number> {
    return (await this.hft('feed')).seconds;
  }

  async make(queue: string): Promise<{ seconds: number; orders: number; file: string }> {
    const file = path.join(this.work, 'fills.bin');
    return { ...(await this.hft('make', queue, file)), file };
  }

  /** @returns seconds */
  async countByNautilus(): Promise<number> {
    const { stdout } = await run(this.nautilus, [fileOf('nautilus_peer.py'), this.rows, String(this.tape.tickSize)]);
    return (JSON.parse(stdout) as { seconds: number }).seconds;
  }

  private async hft(job: string, ...more: string[]): Promise<{ seconds: number; orders: number }> {
    const words = [fileOf('hftbacktest_peer.py'), job, this.rows, String(this.tape.tickSize), ...this.range, ...more];
    return JSON.parse((await run(this.hftbacktest, words)).stdout) as { seconds: number; orders: number };
  }

  private get rows(): string {
    return path.join(this.work, 'rows.bin');
  }
}

function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function fileOf(name: string): string {
  return fileURLToPath(new URL(`./peers/${name}`, import.meta.url));
}

/** Lowest and highest price, with a margin: the peer keeps its book in an array over them, its fastest. */
function rangeOf({ batches, tickSize }: LoadedTape): string[] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { length, kind, priceTicks } of batches)
    for (let i = 0; i < length; i++) {
      const ticks = priceTicks[i]!;
      if (kind[i]! > EventKind.trade || ticks === 0) continue;
      if (ticks < low) low = ticks;
      if (ticks > high) high = ticks;
    }
  return [(low - ROI_MARGIN_TICKS) * tickSize, (high + ROI_MARGIN_TICKS) * tickSize].map(String);
}

function millions({ events }: LoadedTape, seconds: number): number {
  return events / seconds / 1e6;
}

function shown(values: readonly number[]): string {
  return values.at(-1)!.toFixed(2);
}

function compare(
  job: string,
  ours: readonly number[],
  theirs: readonly number[],
  peerName: string,
  aim: string,
): BenchResult {
  const [a, b] = [median(ours), median(theirs)];
  return { job: `replay: ${job}`, ours: a, peer: b, peerName, unit: UNIT, ratio: a / b, aim };
}
