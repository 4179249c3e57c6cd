import { EventName } from '@stoqey/ib';
import { list } from '../order-story.js';
import type { Bench, Observation, Step } from '../step.js';
import { FAR_FRACTION, rest } from './resting-order.js';

export const cancelledByHand: Step = {
  id: 'U11',
  title: 'Changed and cancelled by hand',
  does: 'rests a limit order far from the market, which you change and then cancel in TWS',
  kind: 'by hand',
  ...{ orders: 1, fills: 0 },
  async run(bench) {
    const { config, witness, patience } = bench;
    const price = bench.quotes.behind('BUY', FAR_FRACTION);
    const story = await rest(bench, 'BUY', price);
    const what = `BUY 1 ${config.instrument.localSymbol} at ${price}`;
    const { mark } = witness;
    const newPrice = () =>
      witness
        .of('openOrder', mark)
        .find(({ orderId, limitPrice }) => orderId === story.orderId && limitPrice !== price);
    const wasChanged = await bench.byHand(
      `in TWS, change the price of ${what} by one tick down`,
      () => newPrice() !== undefined,
    );
    const before = story.codes.length;
    const wasCancelled = await bench.byHand(`in TWS, cancel ${what} (or what you changed it to)`, () => story.isOver);
    await witness.pause(patience.settleMs);
    const codes = story.codes.slice(before);
    return [
      { question: 'change of price', observed: wasChanged ? 'openOrder with the new price' : null, simulator: null },
      {
        question: 'cancel',
        observed: wasCancelled ? list([story.lastState ?? 'nothing', ...codes]) : null,
        simulator: 'Cancelled, 202',
      },
    ];
  },
};

export const tradedByHand: Step = {
  id: 'U12',
  title: 'Traded by hand',
  does: 'waits while you buy one contract in TWS; it is sold again at the market',
  kind: 'by hand',
  ...{ orders: 1, fills: 1 },
  async run(bench) {
    const { witness, patience, config, desk } = bench;
    const { localSymbol } = config.instrument;
    const { mark } = witness;
    const told = () =>
      witness.of('position', mark).find((one) => one.localSymbol === localSymbol && one.contracts !== 0);
    const live = () => witness.of('execution', mark).find((one) => one.requestId === -1);
    const isSeen = () => told() !== undefined || live() !== undefined;
    if (!(await bench.byHand(`in TWS, buy 1 ${localSymbol} at the market`, isSeen))) return nothingSeen();
    await witness.pause(patience.settleMs);
    const execution = live();
    const asked = await newestExecution(bench, mark);
    const position = told();
    await desk.closeEverything(patience.closeMs, 1);
    return [
      {
        question: 'execution told by itself',
        observed: execution ? `client ${execution.clientId}, order ${execution.orderId}` : 'not told',
        simulator: 'not told',
      },
      { question: 'position', observed: position ? 'told by itself' : 'not told', simulator: 'told by itself' },
      {
        question: 'execution when asked for',
        observed: asked ? `client ${asked.clientId}, order ${asked.orderId}` : 'not listed',
        simulator: 'client 0, order 0',
      },
    ];
  },
};

export const closedByHand: Step = {
  id: 'U13',
  title: 'Closed by hand while an order works',
  does: 'buys one at the market and rests an order to sell it far away; you close the position in TWS',
  kind: 'by hand',
  ...{ orders: 3, fills: 2 },
  async run(bench) {
    const { desk, witness, patience, config } = bench;
    const { localSymbol } = config.instrument;
    await desk.trade('BUY');
    const story = await rest(bench, 'SELL');
    const { mark } = witness;
    const isFlat = () =>
      witness.of('position', mark).some((one) => one.localSymbol === localSymbol && one.contracts === 0);
    const isSeen = () => isFlat() || story.isOver;
    if (!(await bench.byHand(`in TWS, close the position in ${localSymbol} with "Close Position"`, isSeen)))
      return [{ question: 'the working order', observed: null, simulator: 'works on' }];
    await witness.pause(patience.settleMs);
    return [
      { question: 'the working order', observed: story.isOver ? story.ending : 'works on', simulator: 'works on' },
    ];
  },
};

function nothingSeen(): Observation[] {
  return [{ question: 'what is told', observed: null, simulator: 'position' }];
}

/** The one that an answer to reqExecutions lists and that was not there before. */
async function newestExecution({ session, witness, patience }: Bench, mark: number) {
  const own = new Set(
    witness
      .of('execution')
      .filter((one) => one.requestId === -1 && one.clientId !== 0)
      .map(({ execId }) => execId),
  );
  const requestId = session.requestId();
  session.send('request', (ib) => ib.reqExecutions(requestId, {}));
  const isEnd = () =>
    witness.of('end', mark).some((end) => end.of === EventName.execDetailsEnd && end.requestId === requestId);
  await witness.until(isEnd, patience.answerMs);
  return witness.of('execution', mark).findLast((one) => one.requestId === requestId && !own.has(one.execId));
}
