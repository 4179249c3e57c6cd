import type { OrderSide } from '../../../shared/contract/order-journal.js';
import type { OrderStory } from '../order-story.js';
import type { Bench } from '../step.js';

/** Far enough not to fill, near enough for every price limit that is known. */
export const FAR_FRACTION = 0.02;

/** Sends a limit order for one contract far behind the market, and waits until it works or something else is said. */
export async function rest(bench: Bench, side: OrderSide, limitPrice?: number, orderId?: number): Promise<OrderStory> {
  const { desk, quotes, witness, patience } = bench;
  const price = limitPrice ?? quotes.behind(side, FAR_FRACTION);
  const story = await desk.place({ side, contracts: 1, limitPrice: price, tif: 'DAY', closes: false }, orderId);
  await witness.until(() => story.isAnswered, patience.answerMs);
  await witness.until(() => story.isWorking, patience.settleMs);
  return story;
}

/** Cancels an order, waits until it is over, and for what may come after that. */
export async function cancel(bench: Bench, story: OrderStory): Promise<void> {
  const { desk, witness, patience } = bench;
  desk.cancel(story.orderId);
  await witness.until(() => story.isOver, patience.answerMs);
  await witness.pause(patience.settleMs);
}
