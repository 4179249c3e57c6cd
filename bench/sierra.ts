import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../setup/cache-folder.mjs';
import { buildStudy, missingTools } from '../sierra/build-study.js';
import { type BenchResult, median } from './bench-result.js';

const run = promisify(execFile);
const ROUNDS = 3;
const CALLS = 200_000;
const PEER = 'a study that writes in its callback';
const QUANTILES = ['p50', 'p99', 'p999'] as const;

type Costs = Record<(typeof QUANTILES)[number], number>;
type Run = Record<'trade' | 'book' | 'naiveTrade' | 'naiveBook' | 'clock', Costs>;

/** What the study costs the thread of its chart: a trade, and a book of ten levels a side; looking at the clock included. */
export async function benchSierra(log: (line: string) => void): Promise<BenchResult[]> {
  const missing = await missingTools('native');
  if (missing !== undefined) throw new Error(`the study cannot be built: ${missing}`);
  const program = path.join(await buildStudy('native', ['chart-thread']), 'chart-thread');
  mkdirSync(path.join(cacheFolder(), 'bench'), { recursive: true });
  const work = mkdtempSync(path.join(cacheFolder(), 'bench', 'sierra-'));
  try {
    const runs: Run[] = [];
    for (let round = 1; round <= ROUNDS; round++) {
      const { stdout } = await run(program, [path.join(work, String(round)), String(CALLS)]);
      runs.push(JSON.parse(stdout) as Run);
      log(`${round}/${ROUNDS}: ${stdout.trim()}`);
    }
    return [...compare('trade', 'naiveTrade', runs), ...compare('book', 'naiveBook', runs)];
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function compare(ours: 'trade' | 'book', theirs: 'naiveTrade' | 'naiveBook', runs: readonly Run[]): BenchResult[] {
  return QUANTILES.map((quantile) => {
    const [our, their] = [ours, theirs].map((who) => median(runs.map((one) => one[who][quantile])));
    return {
      ...{ job: `${ours} on the chart's thread, ${quantile}`, ours: our!, peer: their!, peerName: PEER, unit: 'ns' },
      ...{ ratio: our! / their!, aim: quantile === 'p99' ? 'ours < 1000 ns' : 'ours is less' },
    };
  });
}
