import assert from 'node:assert/strict';
import path from 'node:path';
import { rollRecord } from '../../shared/contract/roll-record.js';
import { calendarOf } from '../../shared/market/calendar/product-calendars.js';
import { DoomedBridge } from './doomed-bridge.js';
import { JumpingClock } from './jumping-clock.js';
import type { KillPlan } from './kill-moments.js';
import { ACCOUNT, jsonLines, Rig, sampleAs } from './rig.js';

const at = (step: string, delayMs = 0): KillPlan => ({ step, occurrence: 1, delayMs });

/** Each of them at a roll of its own, one contract after the other. */
const MOMENTS: readonly { name: string; plan: KillPlan; to: string; rollDate: string; hasLine: boolean }[] = [
  {
    name: 'all is looked at, nothing written',
    plan: at('before roll line'),
    to: 'ESZ9',
    rollDate: '2019-09-12',
    hasLine: false,
  },
  { name: 'half the line on disk', plan: at('half roll line'), to: 'ESH0', rollDate: '2019-12-12', hasLine: false },
  {
    name: 'line written, disk not waited for',
    plan: at('after roll line'),
    to: 'ESM0',
    rollDate: '2020-03-12',
    hasLine: true,
  },
  {
    name: 'the former contract is being closed',
    plan: at('after roll line', 5),
    to: 'ESU0',
    rollDate: '2020-06-11',
    hasLine: true,
  },
  {
    name: 'the next contract begins',
    plan: at('after roll line', 300),
    to: 'ESZ0',
    rollDate: '2020-09-10',
    hasLine: true,
  },
];
const CONTRACTS = ['ESU9', ...MOMENTS.map(({ to }) => to)];

describe('a roll that is killed', () => {
  let rig: Rig;
  let clock: JumpingClock;

  before(async () => {
    clock = new JumpingClock('2019-09-10T13:31:00Z');
    rig = await Rig.start({
      marketClock: clock,
      gateway: { data: await sampleAs(CONTRACTS) },
      config: { instrument: { localSymbol: 'ESU9', roll: {} } },
    });
    rig.toys.arm(await rig.toys.accept(1), 0);
    await tradeAndClose('ESU9', '2019-09-10');
  });
  after(() => rig.end());

  const orders = () => [...rig.gateway.ledger.orders.values()];
  const ordersIn = (localSymbol: string) => orders().filter(({ contract }) => contract.localSymbol === localSymbol);
  const rolls = () => jsonLines(path.join(rig.broker, 'roll.jsonl')).map((line) => rollRecord.parse(line));

  /** From before the open to flat before the close. */
  const tradeAndClose = async (localSymbol: string, tradeDate: string) => {
    clock.jumpTo(`${tradeDate}T11:00:00Z`);
    await rig.startBridge();
    await rig.until(localSymbol, ({ instrument, up }) => instrument === localSymbol && up === true);
    clock.jumpTo(`${tradeDate}T14:31:00Z`);
    await rig.until('orders', ({ fills }) => fills > 1 && ordersIn(localSymbol).length > 1);
    const closingMs = calendarOf('ES').rthSessionOf(tradeDate)!.rthCloseMs - 100_000;
    clock.jumpTo(new Date(closingMs).toISOString());
    await rig.until('flat', ({ marketTime, positionContracts, accountContracts, queues, closing }) => {
      // What was told before the jump may be flat between two trades, with the next one still to come.
      const isSince = Date.parse(marketTime) >= closingMs;
      return (
        isSince && positionContracts === 0 && accountContracts === 0 && queues?.ordersLive === 0 && closing === null
      );
    });
    await rig.stopBridge();
  };

  for (const { name, plan, to, rollDate, hasLine } of MOMENTS)
    it(`goes on in the one contract that is on record: ${name}`, async () => {
      const before = rolls().length;
      // Ten hours of market time before the open of the roll date.
      rig.spec = {
        ...{ kind: 'replay', firstTradeDate: rollDate, speed: 1, beforeOpenSeconds: 36_000, afterOpenSeconds: 60 },
        startedAtWallMs: Date.now(),
      };
      const doomed = DoomedBridge.spawn(rig, plan);
      await doomed.untilKilled();
      assert.equal(rolls().length, before + (hasLine ? 1 : 0));
      const sent = orders().length;
      await tradeAndClose(to, rollDate);
      assert.deepEqual(
        rolls().map((roll) => roll.to),
        CONTRACTS.slice(1, before + 2),
      );
      assert.ok(
        orders()
          .slice(sent)
          .every(({ contract }) => contract.localSymbol === to),
        'all orders are in the next',
      );
      const refs = orders().map(({ terms }) => terms.orderRef);
      assert.equal(new Set(refs).size, refs.length, 'no order reached the gateway twice');
      const { positions } = rig.gateway.ledger.accounts.get(ACCOUNT)!;
      assert.deepEqual(
        [...positions.values()].filter(({ quantity }) => quantity !== 0),
        [],
      );
      assert.equal(rig.captureFiles().filter((file) => file.endsWith('.open')).length, 0, 'no segment is left open');
    });
});
