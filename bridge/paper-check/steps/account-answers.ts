import { EventName, type ExecutionFilter } from '@stoqey/ib';
import { askPositions } from '../../connection/collect.js';
import type { Heard } from '../message.js';
import { list } from '../order-story.js';
import type { Bench, Step } from '../step.js';
import { spreadMs } from '../variants.js';

export const positions: Step = {
  id: 'U14',
  title: 'Positions',
  does: 'buys one at the market and sells it again, and compares what is told of the position, and what is told when asked',
  kind: 'alone',
  ...{ orders: 2, fills: 2 },
  async run(bench) {
    const { desk, witness, patience, config, session } = bench;
    const { localSymbol } = config.instrument;
    await askPositions(session, patience.answerMs);
    const trades: { lateMs: number; contracts: number | undefined }[] = [];
    for (const [side, expected] of [
      ['BUY', 1],
      ['SELL', 0],
    ] as const) {
      const { mark } = witness;
      const story = await desk.trade(side);
      const told = () =>
        witness.of('position', mark).find((one) => one.localSymbol === localSymbol && one.contracts === expected);
      await witness.until(() => told() !== undefined, patience.answerMs);
      trades.push({ lateMs: (told()?.atMs ?? Number.NaN) - story.executions[0]!.atMs, contracts: told()?.contracts });
    }
    const listed = (await askPositions(session, patience.answerMs)).find(
      ({ contract }) => contract.localSymbol === localSymbol,
    );
    return [
      {
        question: 'told after buying and after selling',
        observed: list(trades.map(({ contracts }) => contracts ?? 'not told')),
        simulator: '1, 0',
        note: `${spreadMs(trades.map(({ lateMs }) => lateMs))} after the execution`,
      },
      {
        question: 'asked anew when flat',
        observed: listed ? `listed with ${listed.contracts}` : 'not listed',
        simulator: 'listed with 0',
      },
    ];
  },
};

/** In the order in which they are tried. */
const TIME_FORMATS = [
  [/^\d{8}-\d\d:\d\d:\d\d$/, 'UTC without a zone'],
  [/^\d{8} +\d\d:\d\d:\d\d \S+$/, 'with a zone'],
  [/^\d{8} +\d\d:\d\d:\d\d$/, 'without a zone'],
] as const;
const WEEK_MS = 7 * 86_400_000;

export const executionsAsked: Step = {
  id: 'U15',
  title: 'reqExecutions',
  does: 'asks for executions with several filters (buys and sells one before where there was none today)',
  kind: 'alone',
  ...{ orders: 2, fills: 2 },
  async run(bench) {
    let all = await askExecutions(bench, {});
    if (all.length === 0) {
      await bench.desk.trade('BUY');
      await bench.desk.trade('SELL');
      all = await askExecutions(bench, {});
    }
    const { time } = all.at(-1)!;
    const format = TIME_FORMATS.find(([pattern]) => pattern.test(time))?.[1] ?? 'another';
    const ofZero = await askExecutions(bench, { clientId: '0' });
    const ofWeek = await askExecutions(bench, { time: filterTime(bench.clock.nowMs() - WEEK_MS) });
    return [
      { question: 'their times', observed: format, simulator: 'with a zone', note: `for example ${time}` },
      {
        question: 'client 0 in the filter',
        observed: ofZero.length === all.length ? 'everybody' : `${ofZero.length} of ${all.length}`,
        simulator: 'everybody',
      },
      {
        question: 'since a week ago',
        observed: ofWeek.length === all.length ? 'as without a time' : `${ofWeek.length} instead of ${all.length}`,
        simulator: 'as without a time',
      },
    ];
  },
};

export const accountCurrency: Step = {
  id: 'U22',
  title: 'Account currency',
  does: 'asks for the account values (buys and sells one for the currency of its commission)',
  kind: 'alone',
  ...{ orders: 2, fills: 2 },
  async run(bench) {
    const { session, witness, patience, config, desk } = bench;
    const { mark } = witness;
    const { account } = config.gateway;
    session.send('request', (ib) => ib.reqAccountUpdates(true, account));
    const isEnd = () => witness.of('end', mark).some(({ of }) => of === EventName.accountDownloadEnd);
    const wasAnswered = await witness.until(isEnd, patience.answerMs);
    session.send('request', (ib) => ib.reqAccountUpdates(false, account));
    const values = witness.of('accountValue', mark);
    const bought = await desk.trade('BUY');
    await desk.trade('SELL');
    const currency = bought.commission?.currency;
    const isOfContract = currency === config.instrument.currency;
    return [
      {
        question: 'ExchangeRate is told for',
        observed: wasAnswered ? list(ratesIn(values).map(({ currency: one }) => one)) : null,
        simulator: 'USD',
        note: ratesOf(values),
      },
      {
        question: 'commission',
        observed: currency === undefined ? null : isOfContract ? "in the contract's currency" : `in ${currency}`,
        simulator: "in the contract's currency",
      },
      {
        question: 'keys told for several currencies',
        observed: wasAnswered ? keysOfSeveral(values) : null,
        simulator: null,
      },
    ];
  },
};

async function askExecutions(
  { session, witness, patience }: Bench,
  filter: ExecutionFilter,
): Promise<Heard<'execution'>[]> {
  const { mark } = witness;
  const requestId = session.requestId();
  session.send('request', (ib) => ib.reqExecutions(requestId, filter));
  const isEnd = () =>
    witness.of('end', mark).some((end) => end.of === EventName.execDetailsEnd && end.requestId === requestId);
  await witness.until(isEnd, patience.answerMs);
  return witness.of('execution', mark).filter((one) => one.requestId === requestId);
}

/** yyyymmdd-hh:mm:ss, which the gateway reads as UTC. */
function filterTime(ms: number): string {
  const [date = '', time = ''] = new Date(ms).toISOString().split('T');
  return `${date.replaceAll('-', '')}-${time.slice(0, 8)}`;
}

function ratesIn(values: readonly Heard<'accountValue'>[]): Heard<'accountValue'>[] {
  return values.filter(({ key }) => key === 'ExchangeRate');
}

function ratesOf(values: readonly Heard<'accountValue'>[]): string {
  return list(ratesIn(values).map(({ currency, value }) => `${currency} ${value}`));
}

function keysOfSeveral(values: readonly Heard<'accountValue'>[]): string {
  const currencies = new Map<string, Set<string>>();
  for (const { key, currency } of values)
    if (currency !== '') currencies.set(key, (currencies.get(key) ?? new Set()).add(currency));
  const keys = [...currencies].filter(([, of]) => of.size > 1).map(([key, of]) => `${key} (${[...of].join(' ')})`);
  return keys.length === 0 ? 'none' : list(keys);
}
