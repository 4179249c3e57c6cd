import { rmSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { activityInfo } from '@temporalio/activity';
import { z } from 'zod';
import { recipeSha256 } from '../../research/evidence/measurement.js';
import { keptDates, rowsBefore } from '../../research/gate/kept-dates.js';
import { readCandidate } from '../../research/release/build-release.js';
import { buildSamples } from '../../research/samples/build-samples.js';
import { refuseOtherProduct } from '../../research/samples/refuse-other-product.js';
import { loadSamples, saveSamples } from '../../research/samples/sample-file.js';
import {
  openTrainingSet,
  pinTrainingSet,
  shardsOf,
  trainingSet as trainingSetSchema,
} from '../../research/samples/training-set.js';
import { awaitCaptured } from '../../research/ship/await-captured.js';
import { keepMeasured } from '../../research/ship/measured.js';
import { referenceTo } from '../../research/ship/run-folder.js';
import { SHIP_FILES, ShipFolder } from '../../research/ship/ship-folder.js';
import { headsOf, openPlan, readPlan } from '../../research/ship/ship-plan.js';
import { trainingFiles } from '../../research/ship/training-files.js';
import { openStore } from '../../research/store/open-store.js';
import { assembleCandidate } from '../../research/training/assemble-candidate.js';
import { trainHead } from '../../research/training/train-head.js';
import { loadTrainedHead, saveTrainedHead } from '../../research/training/trained-head-folder.js';
import type { Config } from '../../shared/config/config.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { Failure } from '../../shared/failure.js';
import { jsonOfFormat } from '../../shared/formats/version-found.js';
import { TradeDateHours } from '../../shared/market/clock/trade-date-hours.js';
import { type HeadName, type HeadSpec, headName } from '../../shared/model/heads/head.js';
import { headDefinition } from '../../shared/model/heads/head-specs.js';
import { sharedClock } from '../../shared/node/shared-clock.js';
import { asked } from '../../shared/orchestration/asked.js';
import { shipInput } from '../../shared/orchestration/ship/messages.js';
import type { StepContext } from '../../shared/orchestration/step-context.js';
import { describeFiles } from '../../shared/trust/archive.js';
import { candidateSha256 } from '../../shared/trust/decision.js';
import { step } from '../step.js';
import type { ResearchActivities, SamplesSummary } from './contract.js';
import type { ResearchDependencies } from './dependencies.js';

/** Trade dates, yyyymmdd, that no head is trained on. */
const KEPT_DATES = 'kept-dates.json';
const keptDatesFile = z.array(z.number().int());
const KEPT_BYTES_MAX = 2 ** 16;

type RetrainSteps = Pick<
  ResearchActivities,
  'openShip' | 'pinTrainingSet' | 'buildSamples' | 'trainHead' | 'assembleCandidate'
>;

/** From market data to a candidate folder. */
export function createRetrainSteps({ config, library }: ResearchDependencies): RetrainSteps {
  const places = homePlaces(config.home).research;
  const folderOf = (shipId: string) => new ShipFolder(places.folder, shipId);
  return {
    openShip: ({ shipId, request }) =>
      step(async (context) => {
        const plan = await openPlan(folderOf(shipId), config, asked(shipInput, request), (complete) =>
          untilCaptured(config, complete, context),
        );
        const { instrument, synthetic, holdTimeoutMs, remindEveryMs, observeMarketSeconds } = plan;
        return { instrument, synthetic, heads: headsOf(plan), holdTimeoutMs, remindEveryMs, observeMarketSeconds };
      }),

    pinTrainingSet: ({ shipId }) =>
      step(async ({ progress, signal }) => {
        const folder = folderOf(shipId);
        const plan = readPlan(folder);
        const store = await openStore(config);
        const set = await pinTrainingSet(store, await trainingFiles(store, folder, plan), {
          signal,
          onProgress: ({ filesDone, files }) =>
            progress({ doing: 'bringing market data into the store', done: filesDone, of: files }),
        });
        refuseOtherProduct(set, plan);
        const shards = shardsOf(set);
        return {
          merkleRoot: set.merkleRoot,
          shards: shards.length,
          bytes: shards.reduce((sum, one) => sum + one.bytes, 0),
          manifest: folder.writeJson(SHIP_FILES.trainingSet, set),
        };
      }),

    buildSamples: ({ shipId, trainingSet }) =>
      step(async ({ progress, signal }) => {
        const folder = folderOf(shipId);
        const plan = readPlan(folder);
        const set = trainingSetSchema.parse(
          jsonOfFormat(
            'training set',
            folder.file(SHIP_FILES.trainingSet),
            folder.read(trainingSet.manifest, SHIP_FILES.trainingSet).toString('utf8'),
          ),
        );
        const { samples, report } = await buildSamples(await openTrainingSet(await openStore(config), set), {
          heads: headsOf(plan).map(specOf),
          feeTicks: plan.policy.feeTicks,
          barTickSize: plan.tickSize,
          doubtful: plan.captured?.doubtful?.spans,
          signal,
          onProgress: ({ sourcesDone, sources }) =>
            progress({ doing: 'features and labels', done: sourcesDone, of: sources }),
        });
        folder.writeJson('samples-report.json', report);
        folder.writeJson(
          KEPT_DATES,
          keptDates(
            headsOf(plan).flatMap((head) => samples[head] ?? []),
            plan.instrument,
            plan.thresholds,
          ),
        );
        return headsOf(plan).map((head): SamplesSummary => {
          const rows = samples[head];
          if (!rows || rows.rows === 0) throw noRows(head);
          const file = folder.file(SHIP_FILES.samples(head));
          const { sha256, bytes } = saveSamples(file, rows);
          const measured = { head, samplesSha256: sha256, trainingSetMerkleRoot: set.merkleRoot };
          keepMeasured(config.home, folder, { what: 'samples', shipId, ...measured });
          const tradeDates = new Set(rows.tradeDate).size;
          return { head, rows: rows.rows, tradeDates, samples: { uri: file, sha256, bytes } };
        });
      }),

    trainHead: ({ shipId, samples }) =>
      step(async ({ progress, signal }) => {
        const folder = folderOf(shipId);
        const plan = readPlan(folder);
        const head = asked(headName, samples.head);
        const { file, sha256 } = folder.locate(samples.samples, SHIP_FILES.samples(head));
        const recipe = plan.recipes[head];
        const all = loadSamples(file, sha256);
        const [keptFrom] = keptDatesFile.parse(JSON.parse(folder.readOwn(KEPT_DATES, KEPT_BYTES_MAX).toString('utf8')));
        const rows = rowsBefore(all, keptFrom);
        const trained = await trainHead({
          samples: rows,
          recipe,
          library,
          synthetic: plan.synthetic,
          instrument: plan.instrument,
          threads: config.training.threads,
          checkpointFile: folder.file('heads', `${head}.checkpoint`),
          signal,
          onProgress: ({ doing, round, totalRounds }) =>
            progress({
              doing: doing === 'fit' ? `training ${head}` : `proving ONNX of ${head}`,
              done: round,
              of: totalRounds,
            }),
        });
        const headFolder = folder.file('heads', head);
        saveTrainedHead(headFolder, trained);
        rmSync(folder.file('heads', `${head}.checkpoint`), { force: true });
        const onnx = referenceTo(folder.file(SHIP_FILES.onnx(head)), trained.onnx);
        keepMeasured(config.home, folder, {
          ...{ what: 'head', shipId, head, samplesSha256: sha256, onnxSha256: onnx.sha256 },
          recipeSha256: recipeSha256(trained.record.recipe),
        });
        const { trainLogLoss, parity } = trained.record;
        return {
          head,
          rows: rows.rows,
          rounds: trained.booster.rounds,
          parityRows: parity.rows,
          trainLogLoss,
          onnx,
        };
      }),

    assembleCandidate: ({ shipId, heads }) =>
      step(async () => {
        const folder = folderOf(shipId);
        const plan = readPlan(folder);
        for (const { head, onnx } of heads) folder.read(onnx, SHIP_FILES.onnx(head));
        refuseOtherHeads(
          heads.map(({ head }) => head),
          headsOf(plan),
        );
        const trained = headsOf(plan).map((head) => loadTrainedHead(folder.file('heads', head)));
        const candidate = folder.file('candidate');
        assembleCandidate(candidate, trained, plan.policy);
        const files = describeFiles(readCandidate(candidate));
        keepMeasured(config.home, folder, {
          ...{ what: 'candidate', shipId, candidateSha256: candidateSha256(files) },
          heads: heads.map(({ head, onnx: { sha256: onnxSha256 } }) => ({ head, onnxSha256 })),
        });
        return { manifest: folder.writeJson(SHIP_FILES.candidate, files) };
      }),
  };
}

function noRows(head: HeadName): Failure {
  return new Failure(
    'NoSamples',
    `the market data gives no labelled row for ${head}`,
    `give ${headDefinition(head)?.needs ?? 'more of it'}`,
  );
}

/** @throws Failure 'UnknownHead' where the ship was opened by code that trained other heads */
function specOf(name: HeadName): HeadSpec {
  const spec = headDefinition(name)?.spec;
  if (spec) return spec;
  throw new Failure('UnknownHead', `this ship trains ${name}, and this code has no such head`, 'start a new ship');
}

/** Whoever asks does not choose which heads of the ship are released, nor their order. */
function refuseOtherHeads(named: readonly HeadName[], heads: readonly HeadName[]): void {
  if (isDeepStrictEqual([...named].sort(), [...heads].sort())) return;
  const said = `a candidate of ${named.join(', ') || 'no head'}, where the ship trains ${heads.join(', ')}`;
  throw new Failure('WrongAsk', said, 'start a new ship');
}

/** Counted from when the step was first due, so that a worker that was killed begins no new wait. */
async function untilCaptured(
  config: Config,
  complete: () => Promise<readonly string[]>,
  context: StepContext,
): Promise<void> {
  const { home, input, instrument } = config;
  if (input.kind !== 'store' || input.waitHours === 0) return;
  const hours = new TradeDateHours(instrument.symbol, () => sharedClock(homePlaces(home).marketClock));
  const newestEnded = () => hours.tradeDateBefore(hours.tradeDateNow());
  const deadlineMs = activityInfo().scheduledTimestampMs + input.waitHours * 3_600_000;
  await awaitCaptured({ newestEnded, complete, deadlineMs }, context);
}
