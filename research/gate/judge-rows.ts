import type { GateThresholds } from '../../shared/config/gate-thresholds.js';
import type { RowCheck } from './policy-day.js';
import type { GateEvidence, GateReason } from './report.js';
import { nats } from './wording.js';

/** Whether the rows that trained the heads are those that trading sees, and whether the newest dates are like the others. */
export function judgeRows({ rowChecks, heads, drift }: GateEvidence, thresholds: GateThresholds): GateReason[] {
  return [
    ...rowChecks.flatMap(differing),
    ...drift
      .filter(({ p }) => p * heads.length < thresholds.driftSignificance)
      .map(({ head, of, before, kept, p }) => ({
        rule: 'drift' as const,
        sentence: `The kept dates are not like those before: ${of} of ${head} is ${nats(kept)} on average, and was ${nats(before)}. Look whether the market has changed, or the feed.`,
        ...{ value: p * heads.length, threshold: thresholds.driftSignificance, head },
      })),
  ];
}

/** A feature that knows the future, or is late, is one that trading computes otherwise. */
function differing({ head, rows, differing, first, shiftRows }: RowCheck): GateReason[] {
  if (differing === 0 || !first) return [];
  const { startMs, feature, inSamples, inTrading } = first;
  const when = `${new Date(startMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  const shift =
    shiftRows === null
      ? 'What trading cannot know at that moment is no feature.'
      : `They are the rows of ${Math.abs(shiftRows)} row${Math.abs(shiftRows) === 1 ? '' : 's'} ${shiftRows < 0 ? 'earlier: the features are stale' : 'later: the features know the future'}.`;
  const sentence = `${differing} of ${rows} rows that ${head} was trained and tested on are not what trading computes: ${feature} is ${valueText(inSamples)} there and ${valueText(inTrading)} in trading (${when}). ${shift}`;
  return [{ rule: 'rows-differ', sentence, value: differing / rows, threshold: 0, head }];
}

function valueText(value: number | null): string {
  return value === null ? 'missing' : String(Number(value.toPrecision(6)));
}
