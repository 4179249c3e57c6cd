import type { RollRule } from '../../shared/config/market.js';
import type { RollView } from './roll-view.js';
import { volumeLines } from './volume-text.js';

/** The view as lines for a terminal. */
export function rollText(view: RollView): string {
  const { current, configured, rule, isRunning, bridge, rolls } = view;
  if (rule === null) return `contract    ${current}, alone: the settings name no rule (instrument.roll)`;
  const plan = isRunning ? bridge : null;
  return [
    `contract    ${current}${current === configured ? '' : `, begun with ${configured}`}${plan?.lastTradeDate ? `, last trade date ${plan.lastTradeDate}` : ''}`,
    `next        ${plan?.next ? `${plan.next}, last trade date ${plan.nextLastTradeDate}` : 'not known'}`,
    `rule        ${ruleText(rule)}`,
    `when        ${plan?.rollDate ? `${plan.rollDate} is the first trade date in the next${rule.rule === 'volume' ? ' at the latest' : ''}; nothing is opened in ${current} from ${plan.fromMarketTime} on` : 'not known'}`,
    ...(plan?.idleFrom
      ? [
          `NO TRADING  in ${current} from ${plan.idleFrom} until then, by risk.daysBeforeExpiry: make that smaller, or roll earlier`,
        ]
      : []),
    ...(plan ? volumeLines(plan, rule) : []),
    ...(plan
      ? [`in the way  ${inTheWayText(plan.inTheWay, plan.isDue)}`]
      : ['bridge      not running: it tells the rest']),
    ...(plan && plan.capturedBeside.length > 0 ? [`captured    ${plan.capturedBeside.join(', ')} beside it`] : []),
    ...rolls.map(
      ({ at, from, to, firstTradeDate, by, reason }) =>
        `rolled      ${from} to ${to} at ${at}, first trade date ${firstTradeDate}, by ${by}: ${reason}`,
    ),
  ].join('\n');
}

function ruleText({ rule, calendarDaysBeforeExpiry, watchCalendarDaysBeforeExpiry: first }: RollRule): string {
  const calendar = `${calendarDaysBeforeExpiry} calendar days before the last trade date`;
  return rule === 'calendar'
    ? `calendar: ${calendar}`
    : `volume, from ${first} calendar days on; ${calendar} at the latest`;
}

function inTheWayText(inTheWay: readonly string[], isDue: boolean): string {
  if (inTheWay.length > 0) return inTheWay.join('; ');
  return isDue ? 'nothing: it is changed' : 'nothing, if it were due';
}
