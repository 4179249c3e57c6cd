import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { generateMarket } from '../../research/generator/generate-market.js';
import { readCandidate } from '../../research/release/build-release.js';
import { buildSamples, type DepthSource } from '../../research/samples/build-samples.js';
import { assembleCandidate } from '../../research/training/assemble-candidate.js';
import { trainHead } from '../../research/training/train-head.js';
import { cacheFolder } from '../../setup/cache-folder.mjs';
import { obtainLibxgboost } from '../../setup/libxgboost.js';
import { instrumentConfig } from '../../shared/config/market.js';
import { trainingConfig } from '../../shared/config/training.js';
import { featureSchemaSha256 } from '../../shared/market/features/schema.js';
import type { Ensemble } from '../../shared/model/decision/ensemble.js';
import { HEAD_NAMES } from '../../shared/model/heads/head-specs.js';
import { readBarsFile } from '../../shared/node/files/bars-csv.js';
import { openDepthFile } from '../../shared/node/files/depth-jsonl.js';
import { GATE_REPORT_FILE } from '../../shared/trust/statement.js';

/** The instrument of the real depth sample. */
export const INSTRUMENT = instrumentConfig.parse({ localSymbol: 'ESU9' });
/** Trade date of the real depth sample; the SYNTHETIC days end with it. */
export const TRADE_DATE = '2019-08-29';
const MARKET = { seed: 20_190_829, days: 5, firstTradeDate: '2019-08-23', minutesPerDay: 40, barDays: 60 } as const;

/** Keys made for a measurement sign it, and nothing else trusts those. */
const UNGATED = '{"verdict":{"verdict":"pass"},"note":"no gate judged these heads: they are for measurements"}';

export interface ThreeHeads {
  /** Files of a release, by name: F2_dom, XGB_5m and Tick_ML of production's features and size. */
  readonly files: ReadonlyMap<string, Buffer>;
  /** SYNTHETIC five-minute bars up to `TRADE_DATE`, for a gateway's history. */
  readonly barsFile: string;
}

/** Heads trained on a SYNTHETIC market by the recipe of a ship; made once and kept in the cache folder. */
export async function threeHeads(log: (line: string) => void): Promise<ThreeHeads> {
  const folder = path.join(cacheFolder(), 'bench', `three-heads-${featureSchemaSha256.slice(0, 16)}`);
  if (!existsSync(folder)) {
    log('training three heads on a SYNTHETIC market (once)');
    mkdirSync(path.dirname(folder), { recursive: true });
    await make(folder);
  }
  const files = readCandidate(path.join(folder, 'candidate'));
  files.set(GATE_REPORT_FILE, Buffer.from(UNGATED));
  return { files, barsFile: path.join(folder, `bars-${INSTRUMENT.localSymbol}-5m.csv`) };
}

/** The same heads under another ensemble. */
export function withEnsemble(
  { files }: ThreeHeads,
  change: (trained: Ensemble) => Ensemble,
): ReadonlyMap<string, Buffer> {
  const trained = JSON.parse(String(files.get('ensemble.json'))) as Ensemble;
  return new Map(files).set('ensemble.json', Buffer.from(JSON.stringify(change(trained))));
}

async function depthSource(file: string): Promise<DepthSource> {
  const opened = await openDepthFile(file);
  const { instrument, tickSize, tradeDate } = opened.header;
  return { name: file, instrument, tickSize, tradeDate, synthetic: true, batches: () => opened.batches() };
}

/** Beside its place and moved there whole: two processes may make it at once, and the first one's stays. */
async function make(folder: string): Promise<void> {
  const work = mkdtempSync(`${folder}.making-`);
  try {
    const market = { ...MARKET, folder: work, instrument: INSTRUMENT, signalStrength: 1, startPrice: 2900 };
    const { depthFiles, barsFile } = await generateMarket(market);
    const { policy, recipes } = trainingConfig.parse({});
    const depth = await Promise.all(depthFiles.map(depthSource));
    const bars = [
      {
        name: barsFile,
        instrument: depth[0]!.instrument,
        synthetic: true,
        read: async () => (await readBarsFile(barsFile)).bars,
      },
    ];
    const { samples } = await buildSamples(
      { depth, bars },
      { feeTicks: policy.feeTicks, barTickSize: INSTRUMENT.tickSize },
    );
    const library = await obtainLibxgboost();
    const heads = [];
    for (const name of HEAD_NAMES)
      heads.push(await trainHead({ samples: samples[name]!, recipe: recipes.base[name], library, synthetic: true }));
    assembleCandidate(path.join(work, 'candidate'), heads, policy);
    for (const file of depthFiles) rmSync(file);
    renameSync(work, folder);
  } catch (error) {
    rmSync(work, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
}
