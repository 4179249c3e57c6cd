import type { OrderStory } from '../order-story.js';
import { USUAL_PATIENCE } from '../patience.js';
import type { Observation, Step } from '../step.js';
import { spreadMs, variants } from '../variants.js';

export const fillMessages: Step = {
  id: 'U1',
  title: 'Order of messages at a fill',
  does: 'sends market orders for one contract, bought and sold in turn, and compares the messages of each',
  kind: 'alone',
  ...{ orders: USUAL_PATIENCE.fills, fills: USUAL_PATIENCE.fills },
  async run({ desk, patience, witness, progress }) {
    const stories: OrderStory[] = [];
    for (let index = 0; index < patience.fills; index++) {
      progress(`order ${index + 1} of ${patience.fills}`);
      stories.push(await desk.trade(index % 2 === 0 ? 'BUY' : 'SELL'));
      await witness.pause(patience.settleMs / 4);
    }
    return compare(stories);
  },
};

function compare(stories: readonly OrderStory[]): Observation[] {
  const executions = stories.map((story) => story.executions[0]!.atMs);
  const afterFilled = stories.map((story, index) => executions[index]! - filledAtMs(story));
  const commissions = stories.flatMap(({ commission }, index) =>
    commission ? commission.atMs - executions[index]! : [],
  );
  return [
    {
      question: 'states before the fill',
      observed: variants(stories.map(statesBeforeFill)),
      simulator: 'PreSubmitted, Submitted',
    },
    {
      question: 'messages from the fill on',
      observed: variants(stories.map((story) => story.fillMessages)),
      simulator: 'execution, openOrder Filled, orderStatus Filled, commission',
      note: `execution ${spreadMs(afterFilled)} after Filled, commission ${spreadMs(commissions)} after the execution`,
    },
  ];
}

function statesBeforeFill(story: OrderStory): string {
  return story.states.filter((state) => state !== 'Filled').join(', ') || 'none';
}

function filledAtMs(story: OrderStory): number {
  return story.stateMessages.find(({ status }) => status === 'Filled')?.atMs ?? Number.NaN;
}
