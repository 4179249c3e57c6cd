import assert from 'node:assert/strict';
import path from 'node:path';
import type { Order } from '../../simulator/orders/order.js';
import { assertAgreement } from './agreement.js';
import { DoomedBridge } from './doomed-bridge.js';
import { clockInSession, jsonLines, Rig } from './rig.js';
import { EAGER } from './toy-release.js';

const CONTRACTS = 60;
const LARGE = { maxPositionContracts: CONTRACTS, maxOrderSizeContracts: CONTRACTS };

/** A bridge that holds a position, taken by its own decisions. Then the market stands still: nothing is decided any more. */
/** Ended here where no position comes about. */
async function rigWithPosition(options: NonNullable<Parameters<typeof Rig.start>[0]> = {}): Promise<Rig> {
  const rig = await Rig.start({ ...options, gateway: { speed: 0, ...options.gateway } });
  try {
    await takePosition(rig, options.config?.risk?.maxPositionContracts ?? 1);
    return rig;
  } catch (error) {
    await rig.end();
    throw error;
  }
}

async function takePosition(rig: Rig, maxPositionContracts: number): Promise<void> {
  await rig.startBridge();
  const ensemble = { ...EAGER, policy: { ...EAGER.policy, maxPositionContracts } };
  rig.toys.arm(await rig.toys.accept(1, { ensemble }), 0);
  await rig.until('armed', ({ trading }) => trading === 'armed');
  await rig.playUntil('a position', () => rig.accountContracts !== 0);
  await rig.until('nothing in flight', ({ positionContracts, queues }) => {
    return positionContracts === rig.accountContracts && queues?.ordersLive === 0;
  });
}

const own = (rig: Rig) => [...rig.gateway.ledger.orders.values()].filter(({ clientId }) => clientId === 251);
const closings = (rig: Rig): Order[] => {
  const refs = new Set(
    rig.journal().flatMap((line) => (line.kind === 'intent' && line.purpose === 'flatten' ? [line.orderRef] : [])),
  );
  return own(rig).filter(({ terms }) => refs.has(terms.orderRef));
};
const isFlat = (rig: Rig) =>
  rig.until('flat', ({ positionContracts, haltReason, closing }) => {
    return positionContracts === 0 && /flatten/.test(haltReason ?? '') && closing === null;
  });

describe('closing the position', () => {
  let rig: Rig;
  afterEach(() => rig.end());

  it('closes nothing that was closed by hand before, and knows that in the end', async () => {
    rig = await rigWithPosition();
    rig.gateway.inject({ do: 'closeByHand' });
    rig.ask('flatten');
    await isFlat(rig);
    assert.equal(rig.accountContracts, 0, 'the account is flat, and stays so');
    assert.deepEqual(closings(rig), []);
  });

  it('closes what the account holds where executions do not explain it, and goes on after an operator took it over', async () => {
    rig = await rigWithPosition({ config: { risk: { ...LARGE } } });
    rig.gateway.inject({ do: 'adjustPosition', quantity: 2, reason: 'transfer' });
    await rig.until('the mismatch', ({ halts }) => halts?.['position-mismatch'] !== undefined);
    rig.ask('flatten');
    await rig.untilTrue('flat at the gateway', () => rig.accountContracts === 0);
    const held = await rig.until('still told', ({ accountContracts }) => accountContracts === 0);
    assert.equal(held.closing, 'flatten', 'it has not ended: the executions say something else');
    assert.ok(held.alarms?.some(({ alarm }) => alarm === 'PositionMismatch'));
    rig.ask('resume');
    await rig.until(
      'resumed, but for the mismatch',
      ({ halts }) => Object.keys(halts ?? {}).join() === 'position-mismatch',
    );
    rig.ask('resume', { takePosition: true });
    await rig.until(
      'taken over',
      ({ halts, positionContracts }) => !halts?.['position-mismatch'] && positionContracts === 0,
    );
    assert.equal(rig.journal().findLast(({ kind }) => kind === 'position')?.kind, 'position');
  });

  it('tells who holds a closing order, and until when, as soon as it is not filled at once', async () => {
    rig = await rigWithPosition();
    rig.gateway.inject({ do: 'holdOrder', ms: 6000 });
    rig.ask('flatten');
    const told = await rig.until(
      'told',
      ({ alarms }) => alarms?.some(({ alarm }) => alarm === 'PositionNotClosed') ?? false,
    );
    const detail = told.alarms?.find(({ alarm }) => alarm === 'PositionNotClosed')?.detail ?? '';
    assert.match(
      detail,
      /^closing order \d+ is working, 0 of 1 filled after \d s, the gateway says: 399 .*not be placed/s,
    );
    await isFlat(rig);
    assert.equal(closings(rig).length, 1, 'it is not sent twice');
    await rig.until('over', ({ alarms }) => !alarms?.some(({ alarm }) => alarm === 'PositionNotClosed'));
  });

  it('waits for executions that come after the order was called cancelled', async () => {
    rig = await Rig.start({ gateway: { speed: 5 }, config: { risk: LARGE, bridge: { orderLifetimeMs: 600_000 } } });
    await rig.startBridge();
    const policy = { ...EAGER.policy, maxPositionContracts: CONTRACTS };
    rig.toys.arm(await rig.toys.accept(1, { ensemble: { ...EAGER, policy } }), 0);
    await rig.untilTrue('an order rests', () => rig.gateway.ledger.live().some(({ filled }) => filled > 0));
    rig.gateway.inject({ do: 'cancelFillRace', fillContracts: CONTRACTS, ms: 1500, times: 10 });
    rig.gateway.inject({ do: 'executionsLate', ms: 1500, times: 50 });
    rig.ask('flatten');
    await isFlat(rig);
    assert.equal(rig.accountContracts, 0);
    await rig.quiet();
    assertAgreement(rig);
  });

  it('never holds more than the limit while executions come after their Cancelled', async () => {
    rig = await Rig.start({
      gateway: { speed: 5 },
      config: { risk: LARGE, bridge: { orderLifetimeMs: 1000 } },
    });
    // A reconciliation waits for the executions as long as the gateway holds them back: none is given up, and no burst halts.
    await rig.startBridge({ tuning: { secondLookMs: 500 } });
    const policy = { ...EAGER.policy, maxPositionContracts: CONTRACTS };
    rig.gateway.inject({ do: 'cancelFillRace', fillContracts: CONTRACTS, ms: 1500, times: 100 });
    rig.gateway.inject({ do: 'executionsLate', ms: 1500, times: 1000 });
    rig.toys.arm(await rig.toys.accept(1, { ensemble: { ...EAGER, policy } }), 0);
    let worst = 0;
    const isEnough = () => {
      worst = Math.max(worst, Math.abs(rig.accountContracts));
      return rig.gateway.ledger.executions.length > 30;
    };
    await rig.untilTrue('enough executions', isEnough, { withinMs: 90_000 });
    assert.ok(worst <= CONTRACTS, `the account held ${worst} contracts, the limit is ${CONTRACTS}`);
    await rig.quiet();
    await rig.untilTrue(
      'the late executions are told',
      () => rig.ledger().executions.all().length === rig.gateway.ledger.executions.length,
    );
    assertAgreement(rig);
  });

  it('goes on after a kill in the middle of closing for the daily loss', async () => {
    rig = await Rig.start({ config: { risk: { ...LARGE, maxDailyLossUsd: 2000 } }, gateway: { speed: 5 } });
    const killed = DoomedBridge.spawn(rig);
    await killed.untilReady();
    killed.doom({ step: 'after halt line', occurrence: 1, delayMs: 0 });
    const policy = { ...EAGER.policy, maxPositionContracts: CONTRACTS };
    rig.toys.arm(await rig.toys.accept(1, { ensemble: { ...EAGER, policy } }), 0);
    await killed.untilKilled();
    const left = rig.accountContracts;
    await rig.startBridge();
    await rig.until(
      'halted for the loss',
      ({ halts, connection }) => connection === 'ready' && !!halts?.['daily-loss'],
    );
    await rig.until('closed', ({ positionContracts, closing }) => positionContracts === 0 && closing === null);
    assert.equal(rig.accountContracts, 0, `${left} contracts were left by the kill`);
  });

  it('says that the loss still halts where an operator resumes on the same day', async () => {
    rig = await Rig.start({ config: { risk: { ...LARGE, maxDailyLossUsd: 2000 } }, gateway: { speed: 5 } });
    await rig.startBridge();
    const policy = { ...EAGER.policy, maxPositionContracts: CONTRACTS };
    rig.toys.arm(await rig.toys.accept(1, { ensemble: { ...EAGER, policy } }), 0);
    await rig.until('closed', ({ halts, closing, positionContracts }) => {
      return !!halts?.['daily-loss'] && closing === null && positionContracts === 0;
    });
    rig.ask('halt');
    await rig.until('halted', ({ halts }) => !!halts?.['kill-switch']);
    rig.ask('resume');
    const { trading, haltReason } = await rig.until('resumed', ({ halts }) => !halts?.['kill-switch']);
    assert.equal(trading, 'halted');
    assert.match(haltReason ?? '', /^daily-loss/);
  });

  it('repeats a closing order that is refused with patience, and says so', async () => {
    rig = await rigWithPosition();
    const before = own(rig).length;
    rig.gateway.inject({ do: 'rejectOrder', code: 201, times: 3 });
    rig.ask('flatten');
    await rig.until('the alarm', ({ alarms }) => alarms?.some(({ alarm }) => alarm === 'PositionNotClosed') === true);
    await isFlat(rig);
    assert.equal(own(rig).length - before, 4, 'three were refused, the fourth closed');
    assert.equal(rig.accountContracts, 0);
  });

  it('makes up for a forced flat that was missed while the link was down', async () => {
    // Ten minutes of market time are left until the close: half a minute to start in, on however busy a machine.
    const startedAtWallMs = Date.now() - ((6.5 * 3600 - 600) * 1000) / 20;
    const clock = { ...clockInSession(20), startedAtWallMs, afterOpenSeconds: 36_000 };
    rig = await rigWithPosition({ clock });
    const { port } = rig.gateway;
    const closeMs = Date.parse('2019-08-29T20:00:00Z');
    rig.gateway.inject({ do: 'restart', downMs: (closeMs - rig.clock.nowMs()) / 20 + 5000 });
    assert.equal(port, rig.gateway.port);
    const missed = await rig.until('the close', ({ marketTime }) => Date.parse(marketTime) > closeMs + 5000);
    assert.notEqual(missed.positionContracts, 0);
    await rig.until(
      'the alarm',
      ({ alarms }) => alarms?.some(({ alarm }) => alarm === 'PositionOutsideHours') === true,
    );
    await rig.until('closed', ({ positionContracts, up }) => up === true && positionContracts === 0, 90_000);
    assert.equal(rig.accountContracts, 0);
  }).timeout(180_000);

  it("leaves others' orders in the contract, and says so", async () => {
    rig = await rigWithPosition();
    rig.gateway.inject({ do: 'manualOrder', side: 'BUY', quantity: 3, limitPrice: 2500 });
    rig.ask('flatten');
    // It is raised and over at once: the status of the next second may show nothing of it any more.
    const told = () => jsonLines(path.join(rig.broker, 'alarms.jsonl')).find(({ alarm }) => alarm === 'OrdersLeft');
    await rig.untilTrue('the alarm', () => told() !== undefined);
    assert.match(String(told()!.detail), /BUY 3 LMT/);
    assert.equal(rig.gateway.ledger.live().length, 1);
    assert.equal(rig.accountContracts, 0);
  });

  it("cancels others' orders in the contract where the setting says so", async () => {
    rig = await rigWithPosition({ config: { bridge: { flattenOtherOrders: 'cancel' } } });
    rig.gateway.inject({ do: 'manualOrder', side: 'BUY', quantity: 3, limitPrice: 2500 });
    rig.ask('flatten');
    await isFlat(rig);
    assert.equal(rig.gateway.ledger.live().length, 0);
    assert.equal(rig.accountContracts, 0);
  });
});
