import { list } from '../order-story.js';
import type { Bench, Observation, Step } from '../step.js';
import { cancel, FAR_FRACTION, rest } from './resting-order.js';

const FAR_FRACTIONS = [0.1, 0.5];
const TOO_MANY_CONTRACTS = 10_000;

export const floatDust: Step = {
  id: 'U6',
  title: 'Float dust in a price',
  does: 'sends limits far from the market that are a tick plus 1e-9, and the number next to a tick',
  kind: 'alone',
  ...{ orders: 3, fills: 0 },
  async run(bench) {
    const price = bench.quotes.behind('BUY', FAR_FRACTION);
    const dusty = [price + 1e-9, nextNumber(price)] as const;
    const ofNanoTick = await tryOut(bench, { limitPrice: dusty[0] });
    const ofNext = await tryOut(bench, { limitPrice: dusty[1] });
    const again = ofNext.isUnknownThere ? await tryOut(bench, { limitPrice: price, orderId: ofNext.orderId }) : null;
    return [
      { question: 'a tick plus 1e-9', observed: ofNanoTick.verdict, simulator: '110 alone', note: `sent ${dusty[0]}` },
      {
        question: 'the number next to a tick',
        observed: ofNext.verdict,
        simulator: '110 alone',
        note: `sent ${dusty[1]}`,
      },
      { question: 'its order id, sent again with a good price', observed: again?.verdict ?? null, simulator: 'taken' },
    ];
  },
};

export const farPrices: Step = {
  id: 'U7',
  title: 'A price far away',
  does: 'sends limits 10 % and 50 % behind the market, to buy below it and to sell above it, and cancels what is taken',
  kind: 'alone',
  ...{ orders: 4, fills: 0 },
  async run(bench) {
    const observations: Observation[] = [];
    for (const fraction of FAR_FRACTIONS)
      for (const side of ['BUY', 'SELL'] as const) {
        const limitPrice = bench.quotes.behind(side, fraction);
        const { verdict } = await tryOut(bench, { limitPrice, side });
        const question = `${side === 'BUY' ? 'buy' : 'sell'} ${fraction * 100} % away`;
        observations.push({ question, observed: verdict, simulator: 'taken', note: `sent ${limitPrice}` });
      }
    return observations;
  },
};

export const sizeTooBig: Step = {
  id: 'U8',
  title: 'Size too big',
  does: `sends a limit for ${TOO_MANY_CONTRACTS} contracts far behind the market, immediate or cancel: nothing of it can fill`,
  kind: 'alone',
  ...{ orders: 1, fills: 0 },
  async run(bench) {
    const { desk, quotes, witness, patience } = bench;
    const limitPrice = quotes.behind('BUY', FAR_FRACTION);
    const ask = { side: 'BUY', contracts: TOO_MANY_CONTRACTS, limitPrice, tif: 'IOC', closes: false } as const;
    const story = await desk.place(ask);
    await witness.until(() => story.isAnswered, patience.answerMs);
    await witness.pause(patience.settleMs);
    const observed = story.ending;
    if (!story.isOver && !story.isUnknownThere) await cancel(bench, story);
    return [{ question: `${TOO_MANY_CONTRACTS} contracts`, observed, simulator: 'Inactive, 201' }];
  },
};

interface Trial {
  readonly limitPrice: number;
  readonly side?: 'BUY' | 'SELL';
  readonly orderId?: number;
}

/** Sends an order that rests if it is taken at all, and takes it away again. */
async function tryOut(bench: Bench, { limitPrice, side = 'BUY', orderId }: Trial) {
  const story = await rest(bench, side, limitPrice, orderId);
  const { isUnknownThere, isWorking, ending, codes } = story;
  if (!story.isOver && !isUnknownThere) await cancel(bench, story);
  await bench.desk.closeEverything(bench.patience.answerMs, 1);
  return { isUnknownThere, orderId: story.orderId, verdict: isWorking ? list(['taken', ...codes]) : ending };
}

/** The float64 next above. */
function nextNumber(price: number): number {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, price);
  bits.setBigInt64(0, bits.getBigInt64(0) + 1n);
  return bits.getFloat64(0);
}
