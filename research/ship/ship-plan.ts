import { existsSync } from 'node:fs';
import { z } from 'zod';
import type { Config } from '../../shared/config/config.js';
import { isFormerSetting } from '../../shared/config/former-settings.js';
import { gateThresholds } from '../../shared/config/gate-thresholds.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { IMPROVED_RECIPES } from '../../shared/config/training.js';
import { CAPTURE_SOURCES, IB_SOURCE, sourceOfFeed } from '../../shared/contract/capture-source.js';
import { Failure } from '../../shared/failure.js';
import { jsonOfFormat } from '../../shared/formats/version-found.js';
import { policy } from '../../shared/model/decision/ensemble.js';
import { type HeadName, headName, headRecipe } from '../../shared/model/heads/head.js';
import { HEADS } from '../../shared/model/heads/head-specs.js';
import { samplingOf } from '../../shared/model/heads/sampling.js';
import { openDepthFile } from '../../shared/node/files/depth-jsonl.js';
import type { ShipRequest } from '../../shared/orchestration/ship/messages.js';
import { productOf, releaseProduct } from '../../shared/trust/product.js';
import { capturedDays, chooseDays } from '../ingest/captured-days.js';
import { DayRecords } from '../ingest/day-record.js';
import { doubtfulTimesOf } from '../ingest/doubtful-times.js';
import { incompleteDays } from '../ingest/incomplete-days.js';
import { rootOf } from '../samples/refuse-other-product.js';
import { openStore } from '../store/open-store.js';
import type { ShipFolder } from './ship-folder.js';

/** What a ship was started with: later changes of the settings do not reach a ship under way. */
export const storedPlan = z.strictObject({
  v: z.literal(1),
  instrument: z.string(),
  /** Signed into the release; ships that were opened before products were named have none. */
  product: releaseProduct.optional(),
  tickSize: z.number().positive(),
  /** Worth of one tick of one contract. */
  tickValue: z.number().positive(),
  currency: z.string(),
  releaseLifetimeDays: z.number().positive(),
  synthetic: z.boolean(),
  depth: z.array(z.string()),
  bars: z.array(z.string()),
  /** Instead of depth files: trade dates that the bridge captured. */
  captured: capturedDays.optional(),
  recipeName: z.string(),
  /** Of each head that this ship trains, in the order of the release. */
  recipes: z.record(headName, headRecipe),
  policy,
  thresholds: z.preprocess(withoutFormerThresholds, gateThresholds),
  holdTimeoutMs: z.number().positive(),
  remindEveryMs: z.number().positive(),
  observeMarketSeconds: z.number().nonnegative(),
  requestedBy: z.string(),
  note: z.string(),
  /** Wall time at which the ship was opened. */
  openedAt: z.iso.datetime(),
});
export type StoredPlan = Readonly<z.infer<typeof storedPlan>>;

/** The heads of a ship: those that were trained when it was opened, whatever this code trains by now. */
export function headsOf({ recipes }: StoredPlan): HeadName[] {
  return Object.keys(recipes);
}

const PLAN = 'plan.json';
const PLAN_BYTES_MAX = 2 ** 20;
const BAR_HEADS = HEADS.filter(({ spec }) => samplingOf(spec) === 'bar').map(({ spec }) => spec.name);
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/**
 * Fixes the plan of a ship at its first call; the same plan ever after.
 * @param forCaptured called before captured days are chosen, with the trade dates of the product that are in the store whole
 * @throws Failure 'NoInput', BadInput
 */
export async function openPlan(
  folder: ShipFolder,
  config: Config,
  request: ShipRequest,
  forCaptured: (complete: () => Promise<readonly string[]>) => Promise<void> = async () => {},
): Promise<StoredPlan> {
  if (existsSync(folder.file(PLAN))) return readPlan(folder);
  if (config.input.kind === 'store') await forCaptured(() => completeDates(config));
  const { instrument, training, ship } = config;
  const data = await dataOf(config, request);
  const plan: StoredPlan = {
    v: 1,
    instrument: instrument.localSymbol,
    product: productOf(instrument),
    tickSize: instrument.tickSize,
    tickValue: instrument.tickSize * instrument.multiplier,
    currency: instrument.currency,
    releaseLifetimeDays: ship.releaseLifetimeDays,
    ...data,
    recipeName: request.recipe,
    recipes: recipesOf(request, training),
    policy: training.policy,
    thresholds: gateThresholds.parse(config.gate),
    holdTimeoutMs: ship.holdTimeoutDays * DAY_MS,
    remindEveryMs: ship.remindEveryHours * HOUR_MS,
    observeMarketSeconds: ship.observeMarketSeconds,
    requestedBy: request.requestedBy,
    note: request.note,
    openedAt: new Date().toISOString(),
  };
  folder.writeJson(PLAN, storedPlan.parse(plan));
  return plan;
}

/** In the order of this code, whatever that of the settings. */
function recipesOf({ recipe }: ShipRequest, { heads, recipes }: Config['training']): StoredPlan['recipes'] {
  const all = recipe === 'improved' ? IMPROVED_RECIPES : recipes.base;
  return Object.fromEntries(Object.entries(all).filter(([head]) => heads.some((one) => one === head)));
}

type PlannedData = Pick<StoredPlan, 'synthetic' | 'depth' | 'bars' | 'captured'>;

/** @throws Failure 'NoInput', 'NoCapturedDays', BadInput */
async function dataOf(config: Config, { trainOn, feed, trust }: ShipRequest): Promise<PlannedData> {
  const { input, instrument, training } = config;
  if (input.kind === 'store')
    return await captured(config, instrument.symbol, {
      ...input,
      feed: feed ?? input.feed,
      trust: trust || input.trust,
    });
  const needsBars = BAR_HEADS.some((head) => training.heads.includes(head));
  if (input.kind !== 'files' || (needsBars && input.bars.length === 0)) {
    throw new Failure(
      'NoInput',
      input.kind === 'files'
        ? `there are no 5-minute bars, for ${BAR_HEADS.join(', ')}`
        : 'no market data was prepared',
      'start with `believe up --data FILE... --bars FILE...`, or without either for the SYNTHETIC market',
    );
  }
  if (trainOn === 'captured')
    return await captured(config, instrument.symbol, {
      ...CAPTURED_AT_ONCE,
      bars: input.bars,
      feed: feed ?? BRIDGE_FEED,
      trust,
    });
  const [first] = input.depth;
  if (first === undefined) return { synthetic: input.synthetic, depth: [], bars: [...input.bars] };
  const { header } = await openDepthFile(first);
  return { synthetic: header.synthetic ?? false, depth: [...input.depth], bars: [...input.bars] };
}

/** A ship that is asked to use what there is takes few days, too. */
const CAPTURED_AT_ONCE = { days: 60, daysMin: 5 };
const BRIDGE_FEED = CAPTURE_SOURCES[IB_SOURCE].feed;

interface CapturedAsk {
  readonly days: number;
  readonly daysMin: number;
  readonly bars: readonly string[];
  readonly feed: string;
  readonly trust: boolean;
}

async function captured(
  config: Config,
  product: string,
  { days, daysMin, bars, feed, trust }: CapturedAsk,
): Promise<PlannedData> {
  const { receiver } = homePlaces(config.home);
  const store = await openStore(config);
  const records = new DayRecords(store.root).all();
  const ask = { product, days, daysMin, source: sourceOfFeed(feed) };
  const chosen = chooseDays(records, incompleteDays(receiver.folder, records), ask);
  const doubtful = trust ? { doubtful: doubtfulTimesOf(store, chosen.days) } : {};
  const synthetic = chosen.days.some((day) => day.synthetic);
  return { synthetic, depth: [], bars: [...bars], captured: { ...chosen, ...doubtful } };
}

async function completeDates(config: Config): Promise<string[]> {
  const { root } = await openStore(config);
  return new DayRecords(root)
    .ofBridge()
    .filter((day) => rootOf(day.instrument) === config.instrument.symbol)
    .map(({ tradeDate }) => tradeDate);
}

/** @throws Failure 'ReferenceBroken' for a ship that was never opened */
export function readPlan(folder: ShipFolder): StoredPlan {
  return storedPlan.parse(
    jsonOfFormat('ship plan', folder.file(PLAN), folder.readOwn(PLAN, PLAN_BYTES_MAX).toString('utf8')),
  );
}

/** Ships that were opened before may name what the gate compares nothing with any more. */
function withoutFormerThresholds(planned: unknown): unknown {
  if (typeof planned !== 'object' || planned === null) return planned;
  const isFormer = (name: string) => !(name in gateThresholds.shape) && isFormerSetting(`gate.${name}`);
  return Object.fromEntries(Object.entries(planned).filter(([name]) => !isFormer(name)));
}
