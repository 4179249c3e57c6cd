import assert from 'node:assert/strict';
import path from 'node:path';
import { takeReceipt } from '../../broker/prune/acknowledge.js';
import { countVolumes } from '../../broker/volume/count-volumes.js';
import { captureStream } from '../../shared/contract/batch-stream.js';
import { parseSegmentFile } from '../../shared/contract/capture-file.js';
import { rollRecord } from '../../shared/contract/roll-record.js';
import { calendarOf } from '../../shared/market/calendar/product-calendars.js';
import { type EventBatch, EventKind } from '../../shared/market/events/event-batch.js';
import type { Tape } from '../../simulator/market/tape.js';
import { BROKER } from '../path/batches.js';
import { Road } from '../path/road.js';
import { DoomedBridge } from './doomed-bridge.js';
import { JumpingClock } from './jumping-clock.js';
import { jsonLines, Rig, twoMonths } from './rig.js';

const CONTRACTS = ['ESU9', 'ESZ9'];
/** The first trade date that is compared; the calendar's is 2019-09-12. */
const FIRST = '2019-09-06';
const SECOND = '2019-09-09';
const THIRD = '2019-09-10';

describe('a roll by volume', function () {
  this.bail(true);
  let rig: Rig;
  let clock: JumpingClock;
  let road: Road;
  /** Contracts of a trade where the sample has one. */
  const weights: Record<string, number> = { ESU9: 5, ESZ9: 1 };

  before(async () => {
    clock = new JumpingClock(`${FIRST}T13:31:00Z`);
    rig = await Rig.start({
      marketClock: clock,
      gateway: { data: (await twoMonths()).map(weighted) },
      // The clock of this test jumps over regular hours: what is missing of them is of no matter here.
      config: { instrument: { localSymbol: 'ESU9', roll: { rule: 'volume', missingSecondsMax: 86_400 } } },
    });
    road = new Road(rig.home);
    rig.toys.arm(await rig.toys.accept(1), 0);
  });
  after(() => rig.end());

  /** The tape with more contracts in each trade, by what is said a moment before it. */
  const weighted = (tape: Tape): Tape => ({
    ...tape,
    async *open() {
      for await (const batch of tape.open())
        for (let from = 0; from < batch.length; from += 256) {
          const part = partOf(batch, from, Math.min(from + 256, batch.length));
          for (let i = 0; i < part.length; i++)
            if (part.kind[i] === EventKind.trade) part.size[i]! *= weights[tape.instrument]!;
          yield part;
        }
    },
  });
  const rolls = () => jsonLines(path.join(rig.broker, 'roll.jsonl')).map((line) => rollRecord.parse(line));
  const orders = () => [...rig.gateway.ledger.orders.values()];
  const volumeCaptured = (instrument: string, tradeDate: string) =>
    rig
      .captureFiles()
      .filter((file) => {
        const segment = parseSegmentFile(file);
        return segment?.instrument === instrument && segment.tradeDate === tradeDate;
      })
      .flatMap((file) => jsonLines(path.join(rig.broker, 'capture', file)))
      .reduce((sum, { kind, size }) => sum + (kind === 'trade' ? Number(size) : 0), 0);

  /** Both contracts are captured and ours is traded, then the bridge is flat and the trade date over. */
  const tradeDay = async (tradeDate: string, [more, less]: readonly [string, string]) => {
    Object.assign(weights, { [more]: 50, [less]: 1 });
    clock.jumpTo(`${tradeDate}T13:31:00Z`);
    const before = orders().length;
    await rig.until('both captured', ({ roll }) => roll?.capturedBeside[0] === 'ESZ9');
    await rig.untilTrue(`orders, and ${more} is traded more`, () => {
      const [most, least] = [more, less].map((one) => volumeCaptured(one, tradeDate)) as [number, number];
      return least > 0 && most > 2 * least && orders().length > before + 1;
    });
    const closingMs = calendarOf('ES').rthSessionOf(tradeDate)!.rthCloseMs - 100_000;
    clock.jumpTo(new Date(closingMs).toISOString());
    await rig.until('flat', ({ marketTime, positionContracts, accountContracts, queues }) => {
      const isSince = Date.parse(marketTime) >= closingMs;
      return isSince && positionContracts === 0 && accountContracts === 0 && queues?.ordersLive === 0;
    });
    clock.jumpTo(`${tradeDate}T22:30:00Z`);
  };

  /** As `captureDay` does: sealed, received, acknowledged, counted. */
  const bringHome = async (tradeDate: string) => {
    await rig.untilTrue('the date is closed', () =>
      rig.captureFiles().every((file) => !(file.includes(tradeDate) && file.endsWith('.open'))),
    );
    for (const instrument of CONTRACTS) {
      const stream = captureStream(instrument);
      await road.rig.sealing(async (sealer) => {
        for await (const _ of sealer.sealStream(stream));
        sealer.closeDay(stream, tradeDate);
      });
      road.send();
      await road.receive();
      takeReceipt({
        ...{ brokerFolder: rig.broker, broker: BROKER, root: road.options().root },
        ...{ stream: { stream, epoch: 1 }, receipt: road.receipt(stream) },
      });
    }
    await countVolumes({ brokerFolder: rig.broker, broker: BROKER, epoch: 1, calendar: calendarOf('ES') });
  };

  it('captures both from the first date that is compared, and stays where the present contract has more', async () => {
    await rig.startBridge();
    await tradeDay(FIRST, ['ESU9', 'ESZ9']);
    await bringHome(FIRST);
    const { roll, instrument } = await rig.until('compared', ({ roll }) => {
      return roll?.volume?.dates[0]?.missing === null;
    });
    const { watchDate, decidedBy, dates } = roll!.volume!;
    assert.deepEqual([watchDate, decidedBy, dates.length, roll!.isDue], [FIRST, null, 1, false]);
    assert.ok(dates[0]!.present! > dates[0]!.next!);
    assert.equal(instrument, 'ESU9');
  });

  it('decides nothing before the date is acknowledged', async () => {
    await tradeDay(SECOND, ['ESZ9', 'ESU9']);
    const { roll } = await rig.until('the date is over', ({ roll }) => roll?.volume?.dates.length === 2);
    assert.equal(roll!.volume!.dates[1]!.missing, 'ESU9 has not come home; ESZ9 has not come home');
    assert.equal(roll!.isDue, false);
    await rig.stopBridge();
    await bringHome(SECOND);
  });

  it('changes overnight, days before the date of the calendar, also where it is killed over it', async () => {
    rig.spec = {
      ...{ kind: 'replay', firstTradeDate: THIRD, speed: 1, beforeOpenSeconds: 36_000, afterOpenSeconds: 60 },
      startedAtWallMs: Date.now(),
    };
    await DoomedBridge.spawn(rig, { step: 'half roll line', occurrence: 1, delayMs: 0 }).untilKilled();
    assert.deepEqual(rolls(), []);
    clock.jumpTo(`${THIRD}T04:00:00Z`);
    await rig.startBridge();
    await rig.until('the next contract', ({ instrument, up }) => instrument === 'ESZ9' && up === true);
    const [{ by, reason, rollDate, firstTradeDate }] = rolls() as [ReturnType<typeof rolls>[0]];
    assert.deepEqual([by, rollDate, firstTradeDate], ['rule', '2019-09-12', THIRD]);
    assert.match(reason, /^volume: \d+ contracts of ESZ9 on 2019-09-09, \d+ of ESU9$/);
  });

  it('trades the next contract, and does not roll twice by what it rolled by', async () => {
    const before = orders().length;
    clock.jumpTo(`${THIRD}T13:31:00Z`);
    await rig.untilTrue('orders in the next', () => orders().length > before + 2);
    await rig.stopBridge();
    await rig.startBridge();
    const { roll } = await rig.until('again', ({ instrument, up, roll }) => {
      return instrument === 'ESZ9' && up === true && roll?.lastTradeDate === '2019-12-20';
    });
    assert.deepEqual([roll!.isDue, roll!.volume?.dates], [false, []]);
    assert.equal(rolls().length, 1);
    const refs = orders().map(({ terms }) => terms.orderRef);
    assert.equal(new Set(refs).size, refs.length);
    for (const [at, { contract }] of orders().entries())
      assert.equal(contract.localSymbol, at < before ? 'ESU9' : 'ESZ9');
  });
});

function partOf(batch: EventBatch, from: number, to: number): EventBatch {
  const part = (value: unknown) => (ArrayBuffer.isView(value) ? (value as Float64Array).subarray(from, to) : value);
  const columns = Object.fromEntries(Object.entries(batch).map(([name, value]) => [name, part(value)]));
  return { ...(columns as unknown as EventBatch), length: to - from };
}
