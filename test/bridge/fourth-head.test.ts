import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { compareWithBridge } from '../../research/replay/captured-day.js';
import { createMarketClock } from '../../shared/market/clock/market-clock.js';
import { type DecisionRecord, decisionRecord } from '../../shared/model/decision/decision-record.js';
import { expectedMoveTicks } from '../../shared/model/decision/edge.js';
import type { CalibratedEnsemble } from '../../shared/model/decision/ensemble.js';
import { decodeFloat32 } from '../../shared/model/heads/golden-rows.js';
import { type TrainedFour, trainFour } from '../heads/four-heads.js';
import { FOUR_HEADS, FOURTH } from '../heads/fourth-head.js';
import { assertAgreement } from './agreement.js';
import { clockInSession, jsonLines, Rig } from './rig.js';

const NEW = FOURTH.spec.name;
const FOUR = FOUR_HEADS.map(({ spec }) => spec.name);
const THREE = FOUR.slice(0, 3);

describe('a release with a head that this bridge has never heard of', function () {
  this.timeout(5 * 60_000);
  let four: TrainedFour;
  let rig: Rig;
  before(async () => {
    four = await trainFour();
  });
  after(() => four.remove());
  beforeEach(async () => {
    // An hour into the session, with the bars until then: every head is warm within a minute.
    const clock = clockInSession(20, 3_600_000);
    rig = await Rig.start({
      ...{ clock, gateway: { barsFile: four.barsFile, now: createMarketClock(clock).nowMs } },
      config: { bridge: { bootstrapBarDays: 2 }, risk: { staleDataMs: 600_000, priceCollarTicks: 40 } },
    });
  });
  afterEach(() => rig.end());

  const three = () => four.releaseOf(four.heads.slice(0, 3), only('F2_dom'));
  const decisionsOf = (modelVersion: number) => loggedDecisions(rig).filter((one) => one.modelVersion === modelVersion);
  const trades = () => rig.ledger().executions.all().length;

  it('is loaded, runs and counts, trades go on, and heads that were there before come back', async () => {
    rig.toys.arm(await rig.toys.accept(1, { files: three() }), 0);
    await rig.startBridge();
    await rig.untilTrue('a decision of three heads', () => decisionsOf(1).some(({ outputs }) => outputs.length === 3));
    await rig.untilTrue('a trade', () => trades() > 0);

    // The new head alone has weight: what is decided from now on is its word.
    rig.toys.arm(await rig.toys.accept(2, { files: four.releaseOf(four.heads, only(NEW)) }), 0);
    const whole = ({ outputs }: DecisionRecord) => outputs.length === 4;
    await rig.untilTrue('decisions of four heads', () => decisionsOf(2).filter(whole).length > 20);
    const before = trades();
    const decided = decisionsOf(2).find(whole)!;
    assert.deepEqual(
      decided.outputs.map(({ name }) => name),
      FOUR,
    );
    assert.ok(decided.edgeTicks !== 0);
    const expected = expectedMoveTicks(probabilitiesOf(decided, NEW), four.heads[3]!.said.forecast);
    assert.ok(Math.abs(decided.edgeTicks - expected) < 1e-6, `${decided.edgeTicks} ${expected}`);
    const { heads } = rig.status()!;
    assert.deepEqual(
      heads?.map(({ name }) => name),
      FOUR,
    );

    // A restarted bridge takes the four up again.
    await rig.stopBridge();
    await rig.startBridge();
    const restored = await rig.until('restored', ({ modelVersion, decisions }) => modelVersion === 2 && decisions > 3);
    assert.equal(restored.heads?.length, 4);

    // Back to three, as a rollback does it: older bytes under a higher counter.
    rig.toys.arm(await rig.toys.accept(3, { files: three() }), 0);
    await rig.untilTrue('trades after the rollback', () => decisionsOf(3).length > 20 && trades() > before);
    assert.ok(decisionsOf(3).every(({ outputs }) => outputs.every(({ name }) => name !== NEW)));
    await rig.quiet();
    await rig.stopBridge();

    assertAgreement(rig);
    const swaps = rig.swaps();
    assert.deepEqual(
      swaps.map(({ outcome, heads: swapped }) => [outcome, swapped.map(({ name }) => name).join()]),
      [THREE, FOUR, THREE].map((names) => ['swapped', names.join()]),
    );
    const { compared, different, onlyLive } = await compareWithBridge(rig.broker);
    assert.deepEqual({ different, onlyLive }, { different: 0, onlyLive: 0 });
    assert.equal(compared, loggedDecisions(rig).length, 'a replay makes every decision again');
  });

  it('is refused by name where its ensemble gives that head no weight, and the old heads decide on', async () => {
    rig.toys.arm(await rig.toys.accept(1, { files: three() }), 0);
    await rig.startBridge();
    await rig.until('v1', ({ modelVersion }) => modelVersion === 1);
    const forgotten = four.releaseOf(four.heads, (fitted) => without(NEW, fitted));
    rig.toys.arm(await rig.toys.accept(2, { files: forgotten }), 0);
    await rig.untilTrue('an answer', () => rig.swaps().length > 1);
    const [, refused] = rig.swaps();
    assert.equal(refused?.outcome, 'refused');
    assert.match(refused?.reason ?? '', /HeadSetRefused: ensemble\.json: gives head Bars_30m no weight/);
    const { decisions } = rig.status()!;
    const later = await rig.until('more decisions', (status) => status.decisions > decisions + 2);
    assert.equal(later.modelVersion, 1);
  });
});

/** All the weight for one head. */
function only(name: string): (fitted: CalibratedEnsemble) => CalibratedEnsemble {
  return (fitted) => ({
    ...fitted,
    weights: Object.fromEntries(Object.keys(fitted.weights).map((head) => [head, head === name ? 1 : 1e-9])),
  });
}

function without(name: string, fitted: CalibratedEnsemble): CalibratedEnsemble {
  const rest = <T>(values: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(values).filter(([head]) => head !== name));
  return { ...fitted, weights: rest(fitted.weights), forecasts: rest(fitted.forecasts) };
}

function probabilitiesOf({ outputs }: DecisionRecord, name: string): Float32Array {
  const { probabilities } = outputs.find((one) => one.name === name)!;
  return decodeFloat32(probabilities, Buffer.from(probabilities, 'base64').length / 4)!;
}

/** Of the bridge's log, each with the release that was in use. */
function loggedDecisions({ broker }: Rig): (DecisionRecord & { modelVersion: number })[] {
  const journal = path.join(broker, 'journal');
  const logs = readdirSync(journal).filter((file) => file.startsWith('decisions-'));
  let modelVersion = 0;
  return logs.sort().flatMap((file) =>
    jsonLines(path.join(journal, file)).flatMap((line) => {
      if (line.kind === 'heads') modelVersion = Number(line.modelVersion);
      return line.kind === 'decision' ? [{ ...decisionRecord.parse(line), modelVersion }] : [];
    }),
  );
}
