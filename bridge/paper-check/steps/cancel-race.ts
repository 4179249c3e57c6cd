import type { OrderStory } from '../order-story.js';
import { list } from '../order-story.js';
import { USUAL_PATIENCE } from '../patience.js';
import type { Bench, Observation, Step } from '../step.js';
import { spreadMs, variants } from '../variants.js';

/** So many orders that were cancelled and filled are enough. */
const RACES_WANTED = 3;

export const cancelAgainstFill: Step = {
  id: 'U4',
  title: 'Cancel against fill',
  does: 'joins the best price with one contract and cancels it at once, again and again, until both happened a few times',
  kind: 'alone',
  ...{ orders: USUAL_PATIENCE.raceTries, fills: USUAL_PATIENCE.raceTries },
  async run(bench) {
    const { patience, progress } = bench;
    const stories: OrderStory[] = [];
    const races = () => stories.filter((story) => outcomeOf(story) === 'race').length;
    while (stories.length < patience.raceTries && races() < RACES_WANTED) {
      progress(`try ${stories.length + 1} of at most ${patience.raceTries}, ${races()} cancelled and filled`);
      stories.push(await race(bench));
      await bench.desk.closeEverything(patience.answerMs, 1);
    }
    return compare(stories);
  },
};

export const cancelOfFinalOrders: Step = {
  id: 'U5',
  title: 'Cancel of a filled order and of an unknown id',
  does: 'buys one at the market and cancels that order, sells it again, and cancels an id that was never used',
  kind: 'alone',
  ...{ orders: 2, fills: 2 },
  async run(bench) {
    const { desk } = bench;
    const bought = await desk.trade('BUY');
    const ofFilled = await codesOfCancel(bench, bought.orderId);
    await desk.trade('SELL');
    const ofUnknown = await codesOfCancel(bench, desk.unusedOrderId);
    return [
      { question: 'cancel of a filled order', observed: ofFilled, simulator: '10148' },
      { question: 'cancel of an unknown id', observed: ofUnknown, simulator: '10147' },
    ];
  },
};

async function race({ desk, quotes, witness, patience }: Bench): Promise<OrderStory> {
  const ask = { side: 'BUY', contracts: 1, limitPrice: quotes.touch('BUY'), tif: 'DAY', closes: false } as const;
  const story = await desk.place(ask);
  await witness.pause(patience.raceMs);
  desk.cancel(story.orderId);
  await witness.until(() => story.isOver, patience.answerMs);
  await witness.pause(patience.settleMs);
  await witness.until(() => story.isSettled, patience.answerMs);
  return story;
}

type Outcome = 'in time' | 'too late' | 'race' | 'unclear';

function outcomeOf(story: OrderStory): Outcome {
  const isFilled = story.executions.length > 0 || story.reportedFilled > 0;
  if (!story.isOver) return 'unclear';
  if (!isFilled) return 'in time';
  return story.lastState === 'Filled' && !story.codes.includes(202) ? 'too late' : 'race';
}

function compare(stories: readonly OrderStory[]): Observation[] {
  const of = (outcome: Outcome) => stories.filter((story) => outcomeOf(story) === outcome);
  const races = of('race');
  const late = races.flatMap((story) => (story.executions[0] ? story.executions[0].atMs - overAtMs(story) : []));
  return [
    {
      question: 'cancelled in time',
      observed: ends(of('in time')),
      simulator: 'Cancelled, 202; filled 0, no execution',
    },
    {
      question: 'filled before the cancel came',
      observed: ends(of('too late')),
      simulator: 'Filled, 10148; filled 1, execution',
    },
    {
      question: 'cancelled and filled',
      observed: ends(races),
      simulator: 'Cancelled, 202; filled 1, execution',
      note: `${races.length} of ${stories.length} tries; execution ${spreadMs(late)} after the end was told`,
    },
    ...(of('unclear').length > 0 ? [{ question: 'neither', observed: ends(of('unclear')), simulator: null }] : []),
  ];
}

function ends(stories: readonly OrderStory[]): string | null {
  return variants(
    stories.map((story) => {
      const execution = story.executions.length > 0 ? 'execution' : 'no execution';
      return `${story.ending}; filled ${story.reportedFilled}, ${execution}`;
    }),
  );
}

function overAtMs(story: OrderStory): number {
  return story.stateMessages.find(({ status }) => status === story.lastState)?.atMs ?? Number.NaN;
}

async function codesOfCancel({ desk, witness, patience }: Bench, orderId: number): Promise<string> {
  const { mark } = witness;
  const codes = () => witness.of('error', mark).filter(({ id }) => id === orderId);
  desk.cancel(orderId);
  await witness.until(() => codes().length > 0, patience.answerMs);
  await witness.pause(patience.settleMs);
  return list(codes().map(({ code }) => code));
}
