import assert from 'node:assert/strict';
import { EventName, OrderAction, OrderType, TickByTickDataType } from '@stoqey/ib';
import { sampleFile } from '../../setup/sample-data.js';
import { Fixture } from './fixture.js';
import { contractFields, orderFields } from './raw-client.js';
import { readSample } from './sample.js';
import { ES } from './stoqey-client.js';

const sample = readSample();

describe('requests', () => {
  let fixture: Fixture;
  beforeEach(() => {
    fixture = new Fixture();
  });
  afterEach(() => fixture.close());

  it('describes the contract that the tape plays, with its tick, multiplier and last trading day', async () => {
    const client = await fixture.stoqey(await fixture.gateway());
    client.api.reqContractDetails(4, { ...ES, lastTradeDateOrContractMonth: '', localSymbol: 'ESU9' });
    const [, details] = (await client.next(EventName.contractDetails)) as [
      number,
      { minTick: number; contract: { multiplier: number; lastTradeDateOrContractMonth: string; tradingClass: string } },
    ];
    assert.equal(details.minTick, 0.25);
    assert.deepEqual(
      [details.contract.multiplier, details.contract.lastTradeDateOrContractMonth, details.contract.tradingClass],
      [50, '20190920', 'ES'],
    );
    await client.next(EventName.contractDetailsEnd);
  });

  it('lists every month of a product that is asked for without one, in order of expiry', async () => {
    const client = await fixture.stoqey(await fixture.gateway());
    client.api.reqContractDetails(4, { ...ES, symbol: 'NQ', lastTradeDateOrContractMonth: '' });
    await client.next(EventName.contractDetailsEnd);
    const days = client
      .of(EventName.contractDetails)
      .map(
        ([, details]) =>
          (details as { contract: { lastTradeDateOrContractMonth: string } }).contract.lastTradeDateOrContractMonth,
      );
    assert.deepEqual(days.slice(0, 3), ['20190920', '20191220', '20200320']);
    assert.deepEqual(days, [...days].sort());
  });

  it('streams quotes and trades whose last values are the book and the tape', async () => {
    const gateway = await fixture.gateway();
    const client = await fixture.stoqey(gateway);
    client.api.reqMktData(4, ES, '233', false, false);
    client.api.reqTickByTickData(5, ES, TickByTickDataType.AllLast, 0, false);
    client.api.reqTickByTickData(6, ES, TickByTickDataType.BidAsk, 0, false);
    await client.settle();
    await gateway.step(5000);
    await client.settle();
    const lastOf = (type: number, name: EventName = EventName.tickPrice) =>
      client
        .of(name)
        .filter(([, field]) => field === type)
        .at(-1)?.[2];
    const { book } = gateway.market;
    const trades = sample.lines.slice(0, 5000).filter((line) => line.kind === 'trade');
    assert.deepEqual([lastOf(1), lastOf(2)], [book.bids[0]!.priceTicks * 0.25, book.asks[0]!.priceTicks * 0.25]);
    assert.deepEqual(
      [lastOf(0, EventName.tickSize), lastOf(3, EventName.tickSize)],
      [book.bids[0]!.size, book.asks[0]!.size],
    );
    assert.equal(lastOf(4), trades.at(-1)!.price);
    assert.equal(
      lastOf(8, EventName.tickSize),
      trades.reduce((sum, trade) => sum + trade.size, 0),
    );
    assert.deepEqual(
      client.of(EventName.tickByTickAllLast).map(([, , , price, size]) => [price, size]),
      trades.map(({ price, size }) => [price, size]),
    );
    assert.deepEqual(client.of(EventName.tickByTickBidAsk).at(-1)?.slice(2, 6), [
      ...[book.bids[0]!, book.asks[0]!].map((level) => level.priceTicks * 0.25),
      ...[book.bids[0]!, book.asks[0]!].map((level) => level.size),
    ]);
  });

  it('gives five-minute bars that add up to the tape, and goes on with updates', async () => {
    const gateway = await fixture.gateway();
    await gateway.step(10_000);
    const client = await fixture.stoqey(gateway);
    client.api.reqHistoricalData(4, ES, '', '1 D', '5 mins' as never, 'TRADES' as never, 0, 2, true);
    await client.next(EventName.historicalData, (_id, date: string) => date.startsWith('finished'));
    const trades = sample.lines.slice(0, 10_000).filter((line) => line.kind === 'trade');
    const bars = client.of(EventName.historicalData).slice(0, -1);
    assert.equal(
      bars.reduce((sum, bar) => sum + Number(bar[6]), 0),
      trades.reduce((sum, trade) => sum + trade.size, 0),
    );
    assert.equal(bars[0]![2], trades[0]!.price);
    assert.equal(bars.at(-1)![5], trades.at(-1)!.price);
    assert.equal(Math.max(...bars.map((bar) => Number(bar[3]))), Math.max(...trades.map(({ price }) => price)));
    await gateway.step(2000);
    await client.next(EventName.historicalDataUpdate);
  });

  it('begins history with the bars of a file', async () => {
    const gateway = await fixture.gateway({ barsFile: sampleFile('bars/NQ-5m-20241202-20250929.csv.gz') });
    const client = await fixture.stoqey(gateway);
    client.api.reqHistoricalData(
      4,
      ES,
      '20250102 15:00:00 UTC',
      '3600 S',
      '5 mins' as never,
      'TRADES' as never,
      0,
      1,
      false,
    );
    await client.next(EventName.historicalData, (_id, date: string) => date.startsWith('finished'));
    const bars = client.of(EventName.historicalData).slice(0, -1);
    assert.equal(bars.length, 12);
    assert.deepEqual([bars[0]![1], bars.at(-1)![1]], ['20250102 14:00:00 UTC', '20250102 14:55:00 UTC']);
  });

  it('leaves out what lies before the regular open where only regular hours are asked for', async () => {
    const gateway = await fixture.gateway({ barsFile: sampleFile('bars/NQ-5m-20241202-20250929.csv.gz') });
    const client = await fixture.raw(gateway);
    const history = ['0', '20250102 15:00:00 UTC', '5 mins', '3600 S', '1', 'TRADES', '1', '0', ''];
    client.send('20', '4', ...contractFields(), ...history);
    const [, , , , count, firstDate] = await client.next(([id]) => id === '17');
    assert.deepEqual([count, firstDate], ['6', '20250102 14:30:00 UTC']);
  });

  it('keeps account values, portfolio and positions in step with the fills', async () => {
    const gateway = await fixture.gateway();
    await gateway.step(2000);
    const client = await fixture.stoqey(gateway);
    client.api.reqPositions();
    client.api.reqAccountUpdates(true, '');
    await client.next(EventName.accountDownloadEnd);
    await client.place(1, { action: OrderAction.SELL, orderType: OrderType.MKT, totalQuantity: 2 }, 'Filled');
    const [account, , held] = await client.next(EventName.position);
    assert.deepEqual([account, held], ['DU1000001', -2]);
    assert.equal((await client.next(EventName.updatePortfolio))[1], -2);
    client.api.reqAccountSummary(5, 'All', 'NetLiquidation,InitMarginReq');
    await client.next(EventName.accountSummaryEnd);
    const summary = Object.fromEntries(
      client.of(EventName.accountSummary).map(([, , tag, value]) => [tag, Number(value)]),
    );
    assert.equal(summary.InitMarginReq, 32_000);
    assert.ok(Math.abs(summary.NetLiquidation! - gateway.ledger.accounts.get('DU1000001')!.equity) < 0.01);
  });

  it('answers every request that clients send while they connect', async () => {
    const client = await fixture.raw(await fixture.gateway());
    const asked: [message: string[], answer: string][] = [
      [['61', '1'], '62'],
      [['5', '1'], '53'],
      [['16', '1'], '53'],
      [['99', '0'], '102'],
      [['6', '2', '1', ''], '54'],
      [['7', '3', '4', '0', '', '', '', '', '', ''], '55'],
      [['76', '1', '5', 'DU1000001', '', '0'], '74'],
      [['74', '1', '6', 'DU1000001', ''], '72'],
      [['62', '1', '7', 'All', 'NetLiquidation'], '64'],
      [['17', '1'], '15'],
      [['8', '1', '1'], '9'],
      [['82'], '80'],
      [['80'], '78'],
      [['104', '8'], '107'],
      [['91', '67'], '93'],
      [['92', '9', 'DU1000001', ''], '94'],
      [['81', '10', 'ES'], '79'],
    ];
    for (const [message, answer] of asked) {
      client.send(...message);
      await client.next(([id]) => id === answer);
    }
    assert.deepEqual(
      client.messages.filter(([id, , of]) => id === '4' && of !== '-1'),
      [],
    );
  });

  it('runs again exactly alike with the same seed and the clock of the tape', async () => {
    const run = async (seed: number): Promise<string> => {
      const gateway = await fixture.gateway({ seed });
      const client = await fixture.raw(gateway, 3);
      for (let id = 1; id <= 5; id++) {
        await gateway.step(1000);
        const price = (gateway.market.book.bids[0]!.priceTicks * 0.25).toFixed(2);
        client.send(...orderFields(id, { action: id % 2 ? 'BUY' : 'SELL', limit: price }));
        client.send('49', '1');
        await client.next(([message]) => message === '49');
      }
      await gateway.step(10_000);
      client.send('49', '1');
      await client.next(([message]) => message === '49');
      return JSON.stringify(client.messages);
    };
    const [once, twice, other] = [await run(7), await run(7), await run(8)];
    assert.equal(once, twice);
    assert.notEqual(once, other);
  });
});
