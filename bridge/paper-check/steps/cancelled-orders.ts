import { EventName } from '@stoqey/ib';
import type { OrderStory } from '../order-story.js';
import { list } from '../order-story.js';
import type { Bench, Step } from '../step.js';
import { cancel, FAR_FRACTION, rest } from './resting-order.js';

export const statesOfAnOrder: Step = {
  id: 'U2',
  title: 'PendingSubmit, PreSubmitted and PendingCancel',
  does: 'rests a limit order far from the market and cancels it',
  kind: 'alone',
  ...{ orders: 1, fills: 0 },
  async run(bench) {
    const story = await rest(bench, 'BUY');
    await cancel(bench, story);
    return [
      {
        question: 'states',
        observed: list(story.states),
        simulator: 'PreSubmitted, Submitted, Cancelled',
        note: times(story),
      },
      { question: 'permId', observed: permIds(story), simulator: 'one, told with every state' },
      { question: 'codes', observed: list(story.codes), simulator: '202' },
    ];
  },
};

export const apiCancelled: Step = {
  id: 'U3',
  title: 'ApiCancelled',
  does: 'sends a limit order far from the market and its cancel at once behind it',
  kind: 'alone',
  ...{ orders: 1, fills: 0 },
  async run(bench) {
    const { desk, quotes } = bench;
    const limitPrice = quotes.behind('BUY', FAR_FRACTION);
    const story = await desk.place({ side: 'BUY', contracts: 1, limitPrice, tif: 'DAY', closes: false });
    await cancel(bench, story);
    return [
      { question: 'how it ends', observed: story.ending, simulator: 'Cancelled, 202', note: times(story) },
      { question: 'in completed orders', observed: await completedState(bench, story), simulator: 'Cancelled' },
    ];
  },
};

async function completedState({ session, witness, patience }: Bench, story: OrderStory): Promise<string | null> {
  const { mark } = witness;
  session.send('request', (ib) => ib.reqCompletedOrders(true));
  const isEnd = () => witness.of('end', mark).some(({ of }) => of === EventName.completedOrdersEnd);
  if (!(await witness.until(isEnd, patience.answerMs))) return null;
  const permId = story.stateMessages.find((message) => message.permId > 0)?.permId;
  return witness.of('completedOrder', mark).find((order) => order.permId === permId)?.status ?? 'not listed';
}

function permIds(story: OrderStory): string {
  const all = story.stateMessages.map(({ permId }) => permId);
  const others = new Set(all.filter((permId) => permId > 0));
  if (others.size > 1) return `${others.size} different ones`;
  if (others.size === 0) return 'never told';
  const without = story.stateMessages.filter(({ permId }) => permId === 0).map(({ status }) => status);
  return without.length === 0 ? 'one, told with every state' : `one, 0 with ${list([...new Set(without)])}`;
}

/** When each state was told first. */
function times(story: OrderStory): string {
  const first = new Map<string, number>();
  for (const { status, atMs } of story.stateMessages) if (!first.has(status)) first.set(status, atMs);
  return [...first].map(([status, atMs]) => `${status} after ${Math.round(atMs - story.sentAtMs)} ms`).join(', ');
}
