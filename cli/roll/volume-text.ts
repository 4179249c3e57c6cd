import type { RollRule } from '../../shared/config/market.js';
import type { RollStatus } from '../../shared/contract/bridge-status.js';

/** What was traded of both contracts, date by date, and what a decision still lacks; none where volume does not decide. */
export function volumeLines({ current, next, rollDate, volume }: RollStatus, rule: RollRule): string[] {
  if (!volume) return [];
  const { watchDate, decidedBy, dates } = volume;
  if (dates.length === 0 || next === null)
    return [`volumes     none yet: compared from ${watchDate ?? 'a date that is not known'} on`];
  const row = (date: string, ours: string, theirs: string, said: string) =>
    `${date}  ${ours.padStart(10)}  ${theirs.padStart(10)}  ${said}`.trimEnd();
  const rows = dates.map(({ tradeDate, present, next: theirs, isNextMore, missing }) => {
    const more = isNextMore ? `${next} has more` : `${next} has no more`;
    return row(tradeDate, `${present ?? '-'}`, `${theirs ?? '-'}`, missing ?? more);
  });
  return [
    `volumes     ${row('trade date', current, next, '')}`,
    ...rows.map((line) => `            ${line}`),
    `decision    ${decidedBy === null ? lackText(dates, rule, { next, rollDate }) : `${next} by volume of ${decidedBy}: as soon as regular hours are not on`}`,
  ];
}

function lackText(
  dates: NonNullable<RollStatus['volume']>['dates'],
  { confirmTradeDates }: RollRule,
  { next, rollDate }: Pick<RollStatus, 'next' | 'rollDate'>,
): string {
  const inRow = dates.length - 1 - dates.findLastIndex(({ isNextMore }) => !isNextMore);
  return `lacks ${confirmTradeDates - inRow} more trade date(s) in a row on which ${next} has more; ${rollDate} at the latest`;
}
