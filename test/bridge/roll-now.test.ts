import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { rollConfig } from '../../shared/config/market.js';
import type { RollStatus } from '../../shared/contract/bridge-status.js';
import { rollRecord } from '../../shared/contract/roll-record.js';
import { JumpingClock } from './jumping-clock.js';
import { ACCOUNT, jsonLines, Rig, twoMonths } from './rig.js';
import { signedRoll } from './signed-request.js';
import { OPERATOR } from './toy-release.js';

const MAIN = fileURLToPath(new URL('../../cli/main.js', import.meta.url));
/** Weeks before the roll by the rule. */
const REGULAR_HOURS = '2019-08-29T14:00:00Z';
const EVENING = '2019-08-29T20:30:00Z';

interface View {
  readonly current: string;
  readonly bridge: RollStatus | null;
  readonly done?: boolean;
}

describe('believe roll', function () {
  this.bail(true);
  let rig: Rig;
  let clock: JumpingClock;

  before(async () => {
    clock = new JumpingClock(REGULAR_HOURS);
    rig = await Rig.start({
      marketClock: clock,
      gateway: { data: await twoMonths() },
      config: { instrument: { localSymbol: 'ESU9', roll: {} }, risk: { daysBeforeExpiry: 4 } },
    });
    await rig.toys.accept(1);
    // What was refused is told for as long as in earnest.
    await rig.startBridge({ tuning: { alarmQuietMs: 30_000 } });
    await rig.until('the next contract', ({ up, roll }) => up === true && roll?.next === 'ESZ9');
    rig.writeHome();
  });
  after(() => rig.end());

  const believe = async (...args: string[]): Promise<View> => {
    const words = [MAIN, 'roll', ...args, '--home', rig.home, '--json'];
    const { stdout } = await promisify(execFile)(process.execPath, words);
    return JSON.parse(stdout) as View;
  };
  const leave = (from: string, to: string) =>
    rig.leave('roll', signedRoll({ account: ACCOUNT, nowMs: Date.now() }, from, to));
  const refused = async (why: RegExp) => {
    const isTold = ({ alarms }: { alarms?: readonly { alarm: string; detail: string }[] }) =>
      alarms?.some(({ alarm, detail }) => alarm === 'ActRefused' && why.test(detail)) === true;
    await rig.until(`refused: ${why}`, (status) => isTold(status) && status.instrument === 'ESU9');
    assert.equal(existsSync(path.join(rig.broker, 'control', 'roll.json')), false);
  };
  const rolls = () => jsonLines(path.join(rig.broker, 'roll.jsonl')).map((line) => rollRecord.parse(line));
  const at = async (time: string) => {
    clock.jumpTo(time);
    await rig.until(time, ({ marketTime }) => marketTime >= time);
  };

  it('status says what is traded, what follows, by which rule, when, and what stands in the way', async () => {
    const { current, bridge } = await believe('status');
    assert.equal(current, 'ESU9');
    assert.deepEqual(
      [bridge?.next, bridge?.rule, bridge?.rollDate, bridge?.lastTradeDate, bridge?.isDue],
      ['ESZ9', 'calendar', '2019-09-12', '2019-09-20', false],
    );
    assert.equal(bridge?.idleFrom, null);
    assert.deepEqual(bridge?.inTheWay, ['regular hours are on: the contract changes between two of them']);
  });

  it('now is refused in regular hours, by the command and by the bridge alike', async () => {
    await assert.rejects(believe('now'), /regular hours are on/);
    leave('ESU9', 'ESZ9');
    await refused(/regular hours are on/);
  });

  it('now is refused without a signature, and for contracts that are not the ones in turn', async () => {
    await at(EVENING);
    const words = { v: 1, by: 'somebody', reason: 'no key', at: new Date().toISOString(), from: 'ESU9', to: 'ESZ9' };
    rig.leave('roll', words);
    await refused(/not signed by an operator/);
    leave('ESU9', 'ESH0');
    await refused(/it is for ESU9 to ESH0/);
    leave('ESZ9', 'ESU9');
    await refused(/it is for ESZ9 to ESU9/);
  });

  it('now is refused while a halt stands that the next journal would not know', async () => {
    rig.halt();
    await rig.until('halted', ({ halts }) => halts?.['kill-switch'] !== undefined);
    leave('ESU9', 'ESZ9');
    await refused(/trading is halted \(kill-switch\)/);
    rig.release();
    await rig.until('resumed', ({ halts }) => halts?.['kill-switch'] === undefined);
  });

  it("now is refused while anybody's order is open in either contract, and where the account holds the next", async () => {
    const { gateway } = rig;
    const [, next] = gateway.contracts;
    const account = gateway.ledger.accounts.get(ACCOUNT)!;
    gateway.inject({ do: 'manualOrder', side: 'BUY', quantity: 1, limitPrice: 100 });
    await rig.untilTrue('an order', () => gateway.ledger.live().length === 1);
    leave('ESU9', 'ESZ9');
    await refused(/an order is open: BUY 1 ESU9/);
    const [order] = gateway.ledger.live();
    gateway.ledger.orders.delete(order!.permId);
    account.positions.set(next!.conId, { contract: next!, quantity: 2, averageCost: 1 });
    await rig.until('noticed', ({ halts }) => /holds 2 ESZ9/.test(halts?.['other-contract'] ?? ''));
    leave('ESU9', 'ESZ9');
    await refused(/trading is halted \(other-contract\)/);
    account.positions.delete(next!.conId);
    rig.release();
    await rig.until('resumed', ({ halts, up }) => up === true && halts?.['other-contract'] === undefined);
  });

  it('now goes on in the next contract, on record under the name of who signed, and once', async () => {
    const { done } = await believe('now', '--reason', 'the market has moved on');
    assert.equal(done, true);
    const [{ from, to, by, reason, firstTradeDate, rollDate }] = rolls() as [ReturnType<typeof rolls>[0]];
    assert.deepEqual([from, to, by, reason], ['ESU9', 'ESZ9', OPERATOR.name, 'the market has moved on']);
    assert.deepEqual([firstTradeDate, rollDate], ['2019-08-30', '2019-09-12']);
    const { current, bridge } = await believe('status');
    assert.deepEqual([current, bridge?.current, bridge?.last?.by], ['ESZ9', 'ESZ9', OPERATOR.name]);
    assert.deepEqual(
      bridge?.capturedBeside,
      ['ESU9'],
      'the former contract is captured on through the first trade date',
    );
  });

  it('holds over restarts, until a person writes another contract into the settings', async () => {
    await rig.stopBridge();
    // Settings that no file may have: a holiday can bring the same about.
    await rig.startBridge({ instrument: { roll: rollConfig.parse({ calendarDaysBeforeExpiry: 3 }) } });
    const { roll } = await rig.until('ESZ9', ({ instrument, up }) => instrument === 'ESZ9' && up === true);
    assert.deepEqual([roll?.rollDate, roll?.idleFrom], ['2019-12-17', '2019-12-15T23:00:00.000Z']);
    const { stdout } = await promisify(execFile)(process.execPath, [MAIN, 'roll', 'status', '--home', rig.home]);
    assert.match(stdout, /^NO TRADING {2}in ESZ9 from 2019-12-15T23:00:00.000Z until then, by risk.daysBeforeExpiry/m);
    await rig.stopBridge();
    await rig.startBridge({ instrument: { localSymbol: 'ESH0' } });
    await rig.until('ESH0', ({ instrument }) => instrument === 'ESH0');
    await rig.stopBridge();
    await rig.startBridge({ instrument: { roll: null } });
    await rig.until('alone', ({ instrument, roll }) => instrument === 'ESU9' && roll === null);
    await rig.stopBridge();
  });

  it('does not start where the record cannot be read: which contract is traded is not guessed', async () => {
    const file = path.join(rig.broker, 'roll.jsonl');
    writeFileSync(file, '{"v":1,"kind":"rolled"}\n');
    await assert.rejects(rig.startBridge(), /roll\.jsonl.*line 1/s);
  });
});
