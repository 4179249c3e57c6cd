import { oddRates } from './day/usual-rates.js';
import type { Finding, MonitorReport } from './report.js';

type Parts = Omit<MonitorReport, 'findings' | 'cleanDays' | 'createdAt' | 'kind' | 'version'>;

/** Everything about a day that a person has to know, the weightiest first. */
export function findingsOf(day: Parts): Finding[] {
  const look = `believe monitor day --instrument ${day.instrument} --date ${day.tradeDate}`;
  const told = (alarm: Finding['alarm'], about: string, sentence: string, command = look): Finding => ({
    ...{ alarm, about, sentence, look: command },
  });
  return [
    ...parityOf(day, told),
    ...day.model.kill
      .filter(({ isMet }) => isMet)
      .map(({ sentence, now, unit }) =>
        told('KillCriterionMet', unit, `Stop trading it: ${sentence} It stands at ${now!.toFixed(4)} ${unit}.`),
      ),
    ...day.model.changed.map((name) =>
      told(
        'ModelDecayed',
        name,
        `${name} has been above what the gate promised, day after day: the model does not know this market any more.`,
      ),
    ),
    ...day.drift.changed.map((name) => told('DriftFound', name, driftText(day, name))),
    ...executionOf(day, told),
    ...dataOf(day, told),
  ];
}

type Told = (alarm: Finding['alarm'], about: string, sentence: string, command?: string) => Finding;

function parityOf({ parity, instrument, tradeDate }: Parts, told: Told): Finding[] {
  const { different, onlyLive, logged, first } = parity;
  if (different + onlyLive === 0) return [];
  const command = `believe monitor run --instrument ${instrument} --date ${tradeDate}`;
  const [input] = first?.inputs ?? [];
  const where = first === null ? '' : ` The first is after event ${first.seq}`;
  const what = input
    ? `: ${input.name} was ${input.live}, and is ${input.replayed} in the replay.`
    : first
      ? ', where the replay does not decide.'
      : '';
  const sentence = `${different + onlyLive} of ${logged} decisions are not those of a replay.${where}${what}`;
  return [told('ParityBroken', '', sentence, command)];
}

function driftText({ drift }: Parts, name: string): string {
  const one = drift.features.find(({ head, feature }) => `${head}.${feature}` === name);
  if (!one) return `${name} is not what it was in training.`;
  const { ks, widthFactor, missingShare } = one;
  return `${name} is not what it was in training: distance ${ks.toFixed(2)} (KS), ${widthFactor.toFixed(2)} times as wide, ${(100 * missingShare).toFixed(1)} % missing.`;
}

/** Of one date: an order in five rejected, or fees other than the backtest and the gate assume. */
const REJECTED_SHARE_MAX = 0.2;
const FEE_FACTOR_MAX = 1.25;

function executionOf({ execution }: Parts, told: Told): Finding[] {
  const { live, assumedFeePerContract: assumed, promised } = execution;
  const found: Finding[] = [];
  if (live.orders >= 5 && live.rejected > REJECTED_SHARE_MAX * live.orders)
    found.push(told('ExecutionWorse', 'rejects', `${live.rejected} of ${live.orders} orders were rejected.`));
  if (live.feePerContract !== null && live.feePerContract > FEE_FACTOR_MAX * Math.max(0.01, assumed))
    found.push(
      told(
        'ExecutionWorse',
        'fees',
        `A contract costs ${live.feePerContract.toFixed(2)} in fees, where gate and backtest assume ${assumed.toFixed(2)}.`,
      ),
    );
  if (promised?.range && live.netTicks !== null && live.netTicks < promised.range.low)
    found.push(
      told(
        'ExecutionWorse',
        'net result',
        `The net result of ${live.netTicks.toFixed(1)} ticks lies below ${promised.range.low.toFixed(1)}, which 39 of 40 dates of the gate exceed.`,
      ),
    );
  return found;
}

/** Longer than this without an event in regular hours, and something was not captured. */
const SILENCE_SECONDS_MAX = 60;

function dataOf({ data }: Parts, told: Told): Finding[] {
  const faults = [
    ...(data.gaps > 0 ? [`${data.gaps} gaps`] : []),
    ...(data.longestSilenceSeconds > SILENCE_SECONDS_MAX
      ? [`${data.longestSilenceSeconds.toFixed(0)} seconds without an event in regular hours`]
      : []),
    ...oddRates(data.phases),
  ];
  return faults.length === 0 ? [] : [told('CaptureDamaged', '', `What was captured has ${faults.join('; ')}.`)];
}
