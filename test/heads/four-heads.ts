import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type GeneratedMarket, generateMarket } from '../../research/generator/generate-market.js';
import { readCandidate } from '../../research/release/build-release.js';
import { buildSamples, type DepthSource } from '../../research/samples/build-samples.js';
import { assembleCandidate } from '../../research/training/assemble-candidate.js';
import { trainHead } from '../../research/training/train-head.js';
import type { TrainedHead } from '../../research/training/trained-head.js';
import { instrumentConfig } from '../../shared/config/market.js';
import type { CalibratedEnsemble, Policy } from '../../shared/model/decision/ensemble.js';
import type { HeadSpec } from '../../shared/model/heads/head.js';
import { readBarsFile } from '../../shared/node/files/bars-csv.js';
import { openDepthFile } from '../../shared/node/files/depth-jsonl.js';
import { GATE_REPORT_FILE } from '../../shared/trust/statement.js';
import { library } from '../training/library.js';
import { FOUR_HEADS } from './fourth-head.js';

const INSTRUMENT = instrumentConfig.parse({ localSymbol: 'ESU9' });
/** Everything pays, so that trades are seen in seconds. */
export const EAGER_POLICY: Policy = {
  ...{ entryEdgeTicks: 0.001, exitEdgeTicks: 0, feeTicks: 0, spreadShare: 0 },
  ...{ maxSpreadTicks: 50, maxPositionContracts: 1 },
};

export interface TrainedFour {
  readonly heads: readonly TrainedHead[];
  /** SYNTHETIC, up to the date of the real depth sample. */
  readonly barsFile: string;
  /** Files of a release of these heads, with some ensemble in the place of the one that was fitted. */
  readonly releaseOf: (
    heads: readonly TrainedHead[],
    change?: (fitted: CalibratedEnsemble) => unknown,
  ) => Map<string, Buffer>;
  readonly remove: () => void;
}

/** Four heads by real libxgboost, on a small SYNTHETIC market. */
export async function trainFour(): Promise<TrainedFour> {
  const folder = mkdtempSync(path.join(tmpdir(), 'believe-four-heads-'));
  const { depthFiles, barsFile } = await generateMarket({
    ...{ seed: 4, folder, instrument: INSTRUMENT, days: 2, barDays: 12, minutesPerDay: 12 },
    ...{ firstTradeDate: '2019-08-28', signalStrength: 1, startPrice: 2900 },
  });
  const { samples } = await buildSamples(await sourcesOf({ depthFiles, barsFile }), {
    heads: FOUR_HEADS.map(({ spec }): HeadSpec => spec),
    feeTicks: 0,
    barTickSize: INSTRUMENT.tickSize,
  });
  const heads: TrainedHead[] = [];
  for (const { spec, recipes } of FOUR_HEADS) {
    const recipe = { ...recipes.base, rounds: 15 };
    heads.push(await trainHead({ samples: samples[spec.name]!, recipe, library, synthetic: true }));
  }
  const releaseOf: TrainedFour['releaseOf'] = (some, change = (fitted) => fitted) => {
    const candidate = mkdtempSync(path.join(folder, 'candidate-'));
    const { ensemble } = assembleCandidate(path.join(candidate, 'files'), some, EAGER_POLICY);
    const files = readCandidate(path.join(candidate, 'files'));
    files.set(GATE_REPORT_FILE, Buffer.from('{"verdict":{"verdict":"pass"}}'));
    return files.set('ensemble.json', Buffer.from(JSON.stringify(change(ensemble))));
  };
  return { heads, barsFile, releaseOf, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

async function sourcesOf({ depthFiles, barsFile }: Pick<GeneratedMarket, 'depthFiles' | 'barsFile'>) {
  const depth = await Promise.all(depthFiles.map(depthSource));
  const read = async () => (await readBarsFile(barsFile)).bars;
  return { depth, bars: [{ name: barsFile, instrument: depth[0]!.instrument, synthetic: true, read }] };
}

async function depthSource(name: string): Promise<DepthSource> {
  const opened = await openDepthFile(name);
  const { instrument, tickSize, tradeDate } = opened.header;
  return { name, instrument, tickSize, tradeDate, synthetic: true, batches: () => opened.batches() };
}
