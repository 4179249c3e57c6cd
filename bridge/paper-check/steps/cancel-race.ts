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
  // Each that fills is closed at the market.
  ...{ orders: 2 * USUAL_PATIENCE.raceTries, fills: 2 * USUAL_PATIENCE.raceTries },
  async run(bench) {
    const { patience, progress } = bench;
    const tries: Try[] = [];
    const races = () => tries.filter(({ outcome }) => outcome === 'race').length;
    while (tries.length < patience.raceTries && races() < RACES_WANTED) {
      progress(`try ${tries.length + 1} of at most ${patience.raceTries}, ${races()} cancelled and filled`);
      tries.push(await race(bench));
      await bench.desk.closeEverything(patience.answerMs, 1);
    }
    return compare(tries);
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

async function race({ desk, quotes, witness, patience }: Bench): Promise<Try> {
  const ask = { side: 'BUY', contracts: 1, limitPrice: quotes.touch('BUY'), tif: 'DAY', closes: false } as const;
  const story = await desk.place(ask);
  await witness.pause(patience.raceMs);
  desk.cancel(story.orderId);
  await witness.until(() => story.isOver, patience.answerMs);
  await witness.pause(patience.settleMs);
  await witness.until(() => story.isSettled, patience.answerMs);
  // Before it is closed: what that brings is no part of the race.
  return { outcome: outcomeOf(story), end: endOf(story), lateMs: lateMs(story) };
}

type Outcome = 'in time' | 'too late' | 'race' | 'unclear';

interface Try {
  readonly outcome: Outcome;
  readonly end: string;
  /** From the end, as it was told, to the execution; NaN without one. */
  readonly lateMs: number;
}

function outcomeOf(story: OrderStory): Outcome {
  const isFilled = story.executions.length > 0 || story.reportedFilled > 0;
  if (!story.isOver) return 'unclear';
  if (!isFilled) return 'in time';
  return story.lastState === 'Filled' && !story.codes.includes(202) ? 'too late' : 'race';
}

function compare(tries: readonly Try[]): Observation[] {
  const of = (outcome: Outcome) => tries.filter((one) => one.outcome === outcome);
  const ends = (some: readonly Try[]) => variants(some.map(({ end }) => end));
  const races = of('race');
  const others: readonly [Outcome, question: string, simulator: string | null][] = [
    ['in time', 'cancelled in time', 'Cancelled, 202; filled 0, no execution'],
    ['too late', 'filled before the cancel came', 'Filled, 10148; filled 1, execution'],
    ['unclear', 'neither', null],
  ];
  return [
    ...others.flatMap(([outcome, question, simulator]) => {
      const observed = ends(of(outcome));
      return observed === null ? [] : [{ question, observed, simulator }];
    }),
    {
      question: 'cancelled and filled',
      observed: ends(races),
      simulator: 'Cancelled, 202; filled 1, execution',
      note: `${races.length} of ${tries.length} tries; execution ${spreadMs(races.map((one) => one.lateMs))} after the end was told`,
    },
  ];
}

function endOf(story: OrderStory): string {
  const execution = story.executions.length > 0 ? 'execution' : 'no execution';
  return `${story.ending}; filled ${story.reportedFilled}, ${execution}`;
}

function lateMs(story: OrderStory): number {
  const end = story.stateMessages.find(({ status }) => status === story.lastState);
  return (story.executions[0]?.atMs ?? Number.NaN) - (end?.atMs ?? Number.NaN);
}

async function codesOfCancel({ desk, witness, patience }: Bench, orderId: number): Promise<string> {
  const { mark } = witness;
  const codes = () => witness.of('error', mark).filter(({ id }) => id === orderId);
  desk.cancel(orderId);
  await witness.until(() => codes().length > 0, patience.answerMs);
  await witness.pause(patience.settleMs);
  return list(codes().map(({ code }) => code));
}
