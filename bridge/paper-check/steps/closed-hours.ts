import { Failure } from '../../../shared/failure.js';
import { calendarOf, type ProductCalendar } from '../../../shared/market/calendar/product-calendars.js';
import { askOpenOrders } from '../../connection/collect.js';
import type { Step } from '../step.js';
import { cancel, rest } from './resting-order.js';

export const orderWhileClosed: Step = {
  id: 'U9',
  title: 'Order in the maintenance break or at the weekend',
  does: 'while the exchange is shut: rests a limit order far from the market, and cancels it',
  kind: 'alone',
  ...{ orders: 1, fills: 0 },
  async run(bench) {
    const phase = calendarOf(bench.config.instrument.symbol).sessionPhase(bench.clock.nowMs());
    if (phase !== 'maintenance' && phase !== 'closed')
      throw new Failure(
        'NotSeen',
        'the exchange is open: run --only U9 between 16:00 and 17:00 Chicago, or at the weekend',
      );
    const story = await rest(bench, 'BUY');
    const asTaken = story.ending;
    await cancel(bench, story);
    const answered = story.isOver ? story.ending : `unanswered, ${story.ending}`;
    return [
      { question: `order in the ${phase} phase`, observed: asTaken, simulator: 'Submitted' },
      { question: 'its cancel', observed: answered, simulator: 'Cancelled, 202' },
    ];
  },
};

export const dayOrderAtTheEnd: Step = {
  id: 'U10',
  title: "DAY order at the session's end",
  does: "shortly before 16:00 Chicago: rests a limit order for the day far from the market, and waits for the session's end",
  kind: 'alone',
  ...{ orders: 1, fills: 0 },
  async run(bench) {
    const { config, clock, patience, witness, session, progress } = bench;
    const endMs = sessionEndMs(clock.nowMs(), calendarOf(config.instrument.symbol));
    const leftMs = clock.wallMsAt(endMs) - Date.now();
    if (leftMs > patience.sessionEndMs)
      throw new Failure(
        'NotSeen',
        'the session does not end soon: run --only U10 in the last minutes before 16:00 Chicago',
      );
    const story = await rest(bench, 'BUY');
    progress(`waiting ${Math.round(leftMs / 1000)} s for the session's end`);
    await witness.until(() => story.isOver, leftMs + patience.afterSessionMs);
    await witness.pause(patience.settleMs);
    const afterMs = clock.marketMsAt(Date.now()) - endMs - patience.settleMs;
    const open = await askOpenOrders(session, patience.answerMs);
    return [
      {
        question: 'what is told',
        observed: story.isOver ? story.ending : `nothing new (${story.ending})`,
        simulator: 'Cancelled, 202',
        note: `${Math.round(afterMs / 1000)} s after the end`,
      },
      {
        question: 'in open orders afterwards',
        observed: open.some(({ orderId }) => orderId === story.orderId) ? 'yes' : 'no',
        simulator: 'no',
      },
    ];
  },
};

/** @throws Failure NotSeen while the exchange is shut */
function sessionEndMs(nowMs: number, { globexSessionOf, tradeDateOf }: ProductCalendar): number {
  const session = globexSessionOf(tradeDateOf(nowMs));
  if (session === null || nowMs < session.globexOpenMs) throw new Failure('NotSeen', 'the exchange is shut');
  return session.globexCloseMs;
}
