import type { Heard } from '../message.js';
import { list } from '../order-story.js';
import type { Step } from '../step.js';

const LOST = 1100;
const RESTORED: readonly number[] = [1101, 1102];
const COMPETING: readonly number[] = [10197, 2103, 2105];

export const cablePulled: Step = {
  id: 'U17',
  title: '1100 and 1102',
  does: "you pull the network cable of the gateway's machine; a market order for one is sent meanwhile; you plug it in again",
  kind: 'by hand',
  ...{ orders: 2, fills: 2 },
  async run(bench) {
    const { witness, desk, patience } = bench;
    const { mark } = witness;
    const codes = () => systemCodes(witness.of('error', mark));
    if (!(await bench.byHand("pull the network cable of the gateway's machine", () => codes().includes(LOST))))
      return [{ question: 'codes', observed: null, simulator: '1100, 1102' }];
    const story = await desk.place({ side: 'BUY', contracts: 1, limitPrice: null, tif: 'DAY', closes: false });
    await witness.until(() => story.isAnswered, patience.settleMs);
    const meanwhile = list([...story.states, ...story.codes]);
    await bench.byHand('plug the cable in again', () => codes().some((code) => RESTORED.includes(code)));
    await witness.until(() => story.isSettled, patience.answerMs);
    await witness.pause(patience.settleMs);
    return [
      {
        question: 'codes',
        observed: list(codes().filter((code) => code === LOST || RESTORED.includes(code))),
        simulator: '1100, 1102',
      },
      { question: 'the order while it was lost', observed: meanwhile, simulator: 'nothing' },
      { question: 'the order afterwards', observed: story.ending, simulator: 'Filled' },
    ];
  },
};

export const competingLogin: Step = {
  id: 'U18',
  title: 'Silent feed',
  does: 'you log in elsewhere with the same user, and out again; which notices come, and whether prices come back',
  kind: 'by hand',
  ...{ orders: 0, fills: 0 },
  async run(bench) {
    const { witness, patience } = bench;
    const { mark } = witness;
    const codes = () => systemCodes(witness.of('error', mark));
    const isSeen = () => codes().some((code) => COMPETING.includes(code));
    if (!(await bench.byHand('log in elsewhere with the same user (TWS or the portal, with market data)', isSeen)))
      return [{ question: 'notices', observed: null, simulator: null }];
    await witness.pause(patience.settleMs);
    const notices = list([...new Set(codes())]);
    const silentAt = bench.quotes.ticks;
    const cameBack = await bench.byHand(
      'log out there again, and wait for prices here',
      () => bench.quotes.ticks > silentAt,
    );
    return [
      { question: 'notices', observed: notices, simulator: null },
      { question: 'prices', observed: cameBack ? 'came back by themselves' : 'did not come back', simulator: null },
    ];
  },
};

function systemCodes(errors: readonly Heard<'error'>[]): number[] {
  return errors.filter(({ id }) => id === -1).map(({ code }) => code);
}
