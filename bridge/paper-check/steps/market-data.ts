import { type Contract, EventName, SecType } from '@stoqey/ib';
import { Failure } from '../../../shared/failure.js';
import { contractOf } from '../../connection/contract.js';
import { list } from '../order-story.js';
import type { Bench, Step } from '../step.js';
import { variants } from '../variants.js';

const LEVELS = 10;
const INSERT = 0;

export const depthAfterCancel: Step = {
  id: 'U19',
  title: 'Depth: the first book, and what comes after its cancel',
  does: 'subscribes to depth for a few seconds, cancels it, and counts what still comes. Over a halt or the maintenance break: watch by hand',
  kind: 'alone',
  ...{ orders: 0, fills: 0 },
  async run({ session, witness, patience, config }) {
    const { mark } = witness;
    const requestId = session.requestId();
    const depth = (from: number) => witness.of('depth', from).filter((one) => one.requestId === requestId);
    const codes = () =>
      witness
        .of('error', mark)
        .filter(({ id }) => id === requestId)
        .map(({ code }) => code);
    session.send('request', (ib) => ib.reqMktDepth(requestId, contractOf(config.instrument), LEVELS, false));
    await witness.until(() => depth(mark).length >= 4 * LEVELS || codes().length > 0, patience.answerMs);
    const first = depth(mark);
    const cancelMark = witness.mark;
    session.send('request', (ib) => ib.cancelMktDepth(requestId, false));
    session.send('request', (ib) => ib.reqCurrentTime());
    // What comes before the answer was on its way when the gateway read the cancel.
    const isAnswered = () => witness.of('end', cancelMark).some(({ of }) => of === EventName.currentTime);
    await witness.until(isAnswered, patience.answerMs);
    const answeredMark = witness.mark;
    const answeredMs = performance.now();
    await witness.pause(patience.settleMs);
    const late = depth(answeredMark);
    const lastMs = late.length === 0 ? '' : `, the last after ${Math.round(late.at(-1)!.atMs - answeredMs)} ms`;
    return [
      {
        question: 'the first book',
        observed: first.length === 0 ? list(['none', ...codes()]) : firstBook(first.map(({ operation }) => operation)),
        simulator: 'inserts',
      },
      {
        question: 'after the cancel',
        observed: first.length === 0 ? null : late.length === 0 ? 'nothing' : 'depth',
        simulator: 'nothing',
        note: `${late.length} messages${lastMs}`,
      },
    ];
  },
};

export const pricesThatAreNone: Step = {
  id: 'U20',
  title: 'Prices that are none',
  does: 'subscribes to the furthest contract of the product, which hardly anybody quotes, for a few seconds',
  kind: 'alone',
  ...{ orders: 0, fills: 0 },
  async run(bench) {
    const { session, witness, patience } = bench;
    const furthest = await furthestContract(bench);
    const { mark } = witness;
    const requestId = session.requestId();
    const ticks = () => witness.of('tickPrice', mark).filter((one) => one.requestId === requestId);
    const codes = () =>
      witness
        .of('error', mark)
        .filter(({ id }) => id === requestId)
        .map(({ code }) => code);
    session.send('request', (ib) => ib.reqMktData(requestId, furthest, '', false, false));
    await witness.until(() => ticks().length >= 2 || codes().length > 0, patience.answerMs);
    await witness.pause(patience.settleMs);
    session.send('request', (ib) => ib.cancelMktData(requestId));
    const priceOf = (type: number) =>
      variants([
        ...new Set(
          ticks()
            .filter((one) => one.tickType % 65 === type)
            .map(({ price }) => kindOf(price)),
        ),
      ]);
    const said =
      ticks().length === 0 ? list(codes()) : `bid ${priceOf(1) ?? 'not told'}, ask ${priceOf(2) ?? 'not told'}`;
    return [
      { question: 'of the furthest contract', observed: said, simulator: '354', note: `${furthest.localSymbol}` },
    ];
  },
};

function firstBook(operations: readonly number[]): string {
  return operations.slice(0, LEVELS).every((operation) => operation === INSERT) ? 'inserts' : 'other operations too';
}

function kindOf(price: number): string {
  return price === 0 || price === -1 ? String(price) : 'a price';
}

async function furthestContract({ session, patience, witness, config }: Bench): Promise<Contract> {
  const { symbol, exchange, currency } = config.instrument;
  const { mark } = witness;
  const requestId = session.requestId();
  const found: Contract[] = [];
  const onDetails = (id: number, { contract }: { contract: Contract }) => {
    if (id === requestId) found.push(contract);
  };
  const isEnd = () =>
    witness.of('end', mark).some((end) => end.of === EventName.contractDetailsEnd && end.requestId === requestId);
  session.ib.on(EventName.contractDetails, onDetails);
  session.send('request', (ib) =>
    ib.reqContractDetails(requestId, { symbol, exchange, currency, secType: SecType.FUT }),
  );
  await witness.until(isEnd, patience.answerMs).finally(() => session.ib.off(EventName.contractDetails, onDetails));
  const expiry = ({ lastTradeDateOrContractMonth = '' }: Contract) => lastTradeDateOrContractMonth.slice(0, 8);
  const furthest = found.sort((a, b) => expiry(a).localeCompare(expiry(b))).at(-1);
  if (!furthest) throw new Failure('NotSeen', `the gateway lists no contract of ${symbol}`);
  return furthest;
}
