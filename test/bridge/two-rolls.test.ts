import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { compareWithBridge } from '../../research/replay/captured-day.js';
import { parseSegmentFile } from '../../shared/contract/capture-file.js';
import { type DecisionLogLine, linesOfContract, tradeDateOfDecisionLog } from '../../shared/contract/decision-log.js';
import { type RollRecord, rollRecord } from '../../shared/contract/roll-record.js';
import { BAR_MS, type Bar } from '../../shared/market/events/bar.js';
import { BarBuilder } from '../../shared/market/features/bar-builder.js';
import { openDepthFile } from '../../shared/node/files/depth-jsonl.js';
import { JumpingClock } from './jumping-clock.js';
import { jsonLines, Rig, threeMonths } from './rig.js';

describe('two rolls, with orders', () => {
  let rig: Rig;
  let clock: JumpingClock;

  before(async () => {
    clock = new JumpingClock('2019-09-10T13:31:00Z');
    rig = await Rig.start({
      marketClock: clock,
      gateway: { data: await threeMonths() },
      config: { instrument: { localSymbol: 'ESU9', roll: {} } },
    });
  });
  after(() => rig.end());

  const ordersIn = (localSymbol: string) =>
    [...rig.gateway.ledger.orders.values()].filter(({ contract }) => contract.localSymbol === localSymbol);
  const rolls = (): RollRecord[] =>
    jsonLines(path.join(rig.broker, 'roll.jsonl')).map((line) => rollRecord.parse(line));
  const trading = (localSymbol: string) =>
    rig.until(
      `orders in ${localSymbol}`,
      ({ instrument, up, haltReason }) =>
        instrument === localSymbol && up === true && haltReason === null && ordersIn(localSymbol).length > 3,
    );
  const captured = (localSymbol: string, tradeDate: string) =>
    rig.captureFiles().filter((file) => {
      const segment = parseSegmentFile(file);
      return segment?.instrument === localSymbol && segment.tradeDate === tradeDate;
    });
  const flatBefore = async (close: string) => {
    clock.jumpTo(close);
    await rig.until('flat', ({ marketTime, positionContracts, accountContracts, queues }) => {
      // What was told before the jump may be flat between two trades, with the next one still to come.
      const isSince = Date.parse(marketTime) >= Date.parse(close);
      return isSince && positionContracts === 0 && accountContracts === 0 && queues?.ordersLive === 0;
    });
  };

  /** Bars of a contract by its captured events up to one. */
  const barsThrough = async (localSymbol: string, seq: number): Promise<Bar[]> => {
    const builder = new BarBuilder(0.25);
    const bars: Bar[] = [];
    for (const name of rig.captureFiles().filter((file) => parseSegmentFile(file)?.instrument === localSymbol)) {
      const file = await openDepthFile(path.join(rig.broker, 'capture', name));
      for await (const batch of file.batches())
        for (let i = 0; i < batch.length && batch.seq[i]! <= seq; i++)
          bars.push(...[builder.onEvent(batch, i) ?? []].flat());
    }
    return bars;
  };

  /** Less than two hours before the change of contract: bars from before are nobody's any more. */
  const barsOf = async (localSymbol: string, time: string) => {
    clock.jumpTo(time);
    let bars = 0;
    await rig.untilTrue(`a bar of ${localSymbol}`, () => bars > 0, {
      meanwhile: async () => {
        const all = await barsThrough(localSymbol, Number.POSITIVE_INFINITY);
        bars = all.filter(({ openMs }) => openMs >= Date.parse(time) - BAR_MS).length;
      },
    });
  };

  it('trades the contract of the settings, and says when the next one follows', async () => {
    await rig.startBridge();
    rig.toys.arm(await rig.toys.accept(1), 0);
    const { roll } = await trading('ESU9');
    assert.deepEqual(
      [roll?.current, roll?.next, roll?.rollDate, roll?.fromMarketTime, roll?.isDue],
      ['ESU9', 'ESZ9', '2019-09-12', '2019-09-11T21:00:00.000Z', false],
    );
    assert.deepEqual(roll?.capturedBeside, []);
  });

  it('captures the next contract too from the trade date before, in a stream of its own', async () => {
    clock.jumpTo('2019-09-11T13:31:00Z');
    await rig.until('both captured', ({ roll }) => roll?.capturedBeside[0] === 'ESZ9');
    await rig.untilTrue('a segment of each', () =>
      ['ESU9', 'ESZ9'].every((one) => captured(one, '2019-09-11').length > 0),
    );
    assert.equal(ordersIn('ESZ9').length, 0);
  });

  it('opens nothing in the former contract where the boundary was missed, and does not change in regular hours', async () => {
    await rig.until('a position', ({ positionContracts }) => positionContracts !== 0);
    clock.jumpTo('2019-09-12T14:00:00Z');
    const { roll, instrument } = await rig.until('due and flat', ({ roll, positionContracts, halts }) => {
      return roll?.isDue === true && positionContracts === 0 && halts?.roll !== undefined;
    });
    assert.equal(instrument, 'ESU9');
    assert.ok(roll?.inTheWay.some((why) => why.startsWith('regular hours are on')));
    const before = ordersIn('ESU9').length;
    const { decisions } = rig.status()!;
    const { alarms } = await rig.until('decisions', (status) => status.decisions > decisions + 40);
    assert.ok(alarms?.some(({ alarm }) => alarm === 'RollOverdue'));
    assert.equal(ordersIn('ESU9').length, before, 'nothing was opened');
    assert.deepEqual(rolls(), []);
  });

  it('changes once regular hours are over, and trades the next contract from the next trade date on', async () => {
    await barsOf('ESZ9', '2019-09-12T19:59:00Z');
    clock.jumpTo('2019-09-12T20:30:00Z');
    await rig.until('the next contract', ({ instrument, up }) => instrument === 'ESZ9' && up === true);
    const former = ordersIn('ESU9').length;
    clock.jumpTo('2019-09-13T13:31:00Z');
    await trading('ESZ9');
    assert.equal(ordersIn('ESU9').length, former);
    await rig.untilTrue('the former contract is captured on', () => captured('ESU9', '2019-09-13').length > 0);
    const [{ from, to, by, firstTradeDate }] = rolls() as [RollRecord];
    assert.deepEqual([from, to, by, firstTradeDate], ['ESU9', 'ESZ9', 'rule', '2019-09-13']);
  });

  it('is flat before the close, changes with the turn of the trade date, and loses no session', async () => {
    clock.jumpTo('2019-12-11T14:31:00Z');
    await rig.until('both captured', ({ roll }) => roll?.capturedBeside.includes('ESH0') === true);
    await flatBefore('2019-12-11T20:58:10Z');
    await barsOf('ESH0', '2019-12-11T21:29:00Z');
    clock.jumpTo('2019-12-11T23:05:00Z');
    await rig.until('the third contract', ({ instrument, up }) => instrument === 'ESH0' && up === true);
    clock.jumpTo('2019-12-12T14:31:00Z');
    await trading('ESH0');
    assert.deepEqual(
      rolls().map(({ to, rollDate, firstTradeDate }) => [to, rollDate, firstTradeDate]),
      [
        ['ESZ9', '2019-09-12', '2019-09-13'],
        ['ESH0', '2019-12-12', '2019-12-12'],
      ],
    );
  });

  it('has only closed in the former contract from the roll date on', () => {
    let position = 0;
    for (const line of rig.journalIn(path.join(rig.broker, 'journal', 'DU1000001-ESU9'))) {
      if (line.kind === 'fill') position += line.side === 'BUY' ? line.contracts : -line.contracts;
      if (line.kind !== 'intent' || line.marketTime < '2019-09-11T21:00:00.000Z') continue;
      assert.ok(
        line.side === 'BUY' ? position < 0 : position > 0,
        `${line.side} with ${position} at ${line.marketTime}`,
      );
    }
  });

  it('has sent each order once, and none in a contract that was not traded then', async () => {
    await rig.quiet();
    await rig.stopBridge();
    const orders = [...rig.gateway.ledger.orders.values()];
    const refs = orders.map(({ terms }) => terms.orderRef);
    assert.equal(new Set(refs).size, refs.length);
    const inOrder = orders.map(({ contract }) => contract.localSymbol);
    const turns = inOrder.filter((contract, at) => contract !== inOrder[at - 1]);
    assert.deepEqual(turns, ['ESU9', 'ESZ9', 'ESH0']);
    for (const { contract, terms } of orders) {
      const folder = path.join(rig.broker, 'journal', `DU1000001-${contract.localSymbol}`);
      const told = rig.journalIn(folder).some((line) => line.kind === 'intent' && line.orderRef === terms.orderRef);
      assert.ok(told, `${terms.orderRef} is in the journal of ${contract.localSymbol}`);
    }
    const { positions } = rig.gateway.ledger.accounts.get('DU1000001')!;
    for (const { contract, quantity } of positions.values())
      if (contract.localSymbol !== 'ESH0') assert.equal(quantity, 0, contract.localSymbol);
  });

  it('has decided as a replay of what it captured does, bit for bit, also in the first sessions after each roll', async () => {
    for (const tradeDate of ['2019-09-13', '2019-12-12', undefined]) {
      const { compared, different, onlyLive } = await compareWithBridge(rig.broker, tradeDate);
      // Four orders were waited for in each first session; how many decisions came beside them is the machine's pace.
      assert.ok(compared >= 3, `${tradeDate}: ${compared} compared`);
      assert.deepEqual({ different, onlyLive }, { different: 0, onlyLive: 0 }, String(tradeDate));
    }
  });

  it('goes on with bars of the next contract from before the roll, as it captured them, though the gateway has no history', async () => {
    const journal = path.join(rig.broker, 'journal');
    const logs = readdirSync(journal).filter((name) => tradeDateOfDecisionLog(name) !== null);
    const lines = logs.sort().flatMap((name) => jsonLines(path.join(journal, name)) as DecisionLogLine[]);
    for (const contract of ['ESZ9', 'ESH0']) {
      const told = linesOfContract(lines, contract);
      const bars = told.flatMap((line) => (line.kind === 'bar' ? [line] : []));
      assert.ok(bars.length > 0, `${contract} has bars`);
      const { afterEventSeq } = told.find((line) => line.kind === 'start')!;
      const captured = await barsThrough(contract, afterEventSeq);
      assert.deepEqual(
        bars.map(({ bar }) => bar),
        captured.slice(-bars.length),
      );
      assert.ok(bars.every((line) => line.afterEventSeq === afterEventSeq));
    }
  });

  it('says in the log of decisions which contract they are of', () => {
    const file = path.join(rig.broker, 'journal', 'decisions-2019-09-13.jsonl');
    assert.deepEqual(JSON.parse(readFileSync(file, 'utf8').split('\n')[0]!), {
      v: 1,
      kind: 'contract',
      instrument: 'ESZ9',
    });
  });
});
