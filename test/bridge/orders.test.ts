import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BridgeStatus } from '../../shared/contract/bridge-status.js';
import { orderFields, RawClient } from '../simulator/raw-client.js';
import { assertAgreement } from './agreement.js';
import { DoomedBridge } from './doomed-bridge.js';
import { Rig } from './rig.js';
import { EAGER } from './toy-release.js';

describe('orders over TCP', () => {
  let rig: Rig;
  afterEach(() => rig.end());

  it('sends what the heads decide, counts what fills, and ends with the position that the gateway has', async () => {
    rig = await Rig.start();
    await rig.startBridge();
    rig.toys.arm(await rig.toys.accept(1), 0);
    await rig.until('ten fills', ({ fills }) => fills >= 10);
    await rig.quiet();
    const ledger = assertAgreement(rig);
    assert.ok(ledger.all().every(({ state }) => state === 'filled' || state === 'cancelled'));
    assert.equal(ledger.executions.commissions(), 2.25 * ledger.executions.all().length);
  });

  it('keeps count of orders that fill in parts', async () => {
    const maxPositionContracts = 90;
    rig = await Rig.start({
      config: { risk: { maxPositionContracts, maxOrderSizeContracts: 90 }, bridge: { orderLifetimeMs: 20_000 } },
    });
    await rig.startBridge();
    const ensemble = { ...EAGER, policy: { ...EAGER.policy, maxPositionContracts } };
    rig.toys.arm(await rig.toys.accept(1, { ensemble }), 0);
    await rig.until('twenty fills', ({ fills }) => fills >= 20);
    await rig.quiet();
    const ledger = assertAgreement(rig);
    assert.ok(
      ledger
        .all()
        .some((order) => ledger.executions.all().filter(({ orderRef }) => orderRef === order.orderRef).length > 1),
    );
  });

  it('tells a person of an order that the gateway will not cancel', async () => {
    rig = await Rig.start({ gateway: { speed: 0 }, config: { bridge: { orderLifetimeMs: 600_000 } } });
    await rig.startBridge();
    rig.gateway.inject({ do: 'holdOrder', ms: 60_000 });
    rig.gateway.inject({ do: 'refuseCancel', code: 10148, times: 1000 });
    rig.toys.arm(await rig.toys.accept(1), 0);
    await rig.until('trading', ({ trading }) => trading === 'armed');
    await rig.playUntil('an order', () => rig.gateway.ledger.live().length > 0);
    rig.halt();
    const raised = ({ alarms }: Pick<BridgeStatus, 'alarms'>) =>
      alarms?.find(({ alarm }) => alarm === 'OrderNotCancelled');
    const told = await rig.until('told', (status) => raised(status) !== undefined);
    assert.match(raised(told)?.detail ?? '', /^order \d+ \((BUY|SELL) 1\) lives on though .* 10148 /);
    rig.gateway.inject({ do: 'cancelOrder' });
    await rig.until('over', (status) => raised(status) === undefined);
  });

  it('cancels what was left working, where the kill switch was thrown after the bridge was killed', async () => {
    const contracts = { maxPositionContracts: 100, maxOrderSizeContracts: 100 };
    // The market moves by steps only: the order that it leaves open stays open.
    rig = await Rig.start({
      gateway: { speed: 0 },
      config: { risk: contracts, bridge: { orderLifetimeMs: 600_000 } },
    });
    const killed = DoomedBridge.spawn(rig);
    const ensemble = { ...EAGER, policy: { ...EAGER.policy, maxPositionContracts: 100 } };
    rig.toys.arm(await rig.toys.accept(1, { ensemble }), 0);
    await rig.until('trading', ({ trading }) => trading === 'armed');
    const live = () => rig.gateway.ledger.live();
    while (live().length === 0) {
      await rig.gateway.step(20);
      await sleep(20);
    }
    const order = live()[0]!;
    killed.kill();
    await killed.untilKilled();
    rig.halt();
    await rig.startBridge();
    await rig.until('no order is live', () => live().length === 0);
    assert.equal(order.status, 'Cancelled');
    await rig.quiet();
    assertAgreement(rig);
  });

  it('finds an open order that it never sent, though the gateway leaves it out at the first look', async () => {
    rig = await Rig.start({ gateway: { speed: 0 } });
    await rig.gateway.step(2000);
    const another = await RawClient.connect(rig.gateway.port, 251);
    another.send(...orderFields(1, { limit: '2000', quantity: '5' }));
    const live = () => rig.gateway.ledger.live();
    await rig.untilTrue('the order works', () => live().length === 1);
    another.close();
    // A look asks for the orders of the client and for those of all.
    rig.gateway.inject({ do: 'omitOpenOrder', times: 2 });
    await rig.startBridge({ tuning: { positionEveryMs: 3_600_000 } });
    await rig.until('it halts', ({ haltReason }) => haltReason?.includes('orphan-order') === true);
    await rig.untilTrue('the order is cancelled', () => live().length === 0);
  });

  it('waits for an execution that a status has reported before it calls the position wrong, though the order works on', async () => {
    const contracts = { maxPositionContracts: 100, maxOrderSizeContracts: 100 };
    rig = await Rig.start({
      gateway: { speed: 0 },
      config: { risk: contracts, bridge: { orderLifetimeMs: 600_000 } },
    });
    await rig.startBridge();
    const ensemble = { ...EAGER, policy: { ...EAGER.policy, maxPositionContracts: 100 } };
    rig.toys.arm(await rig.toys.accept(1, { ensemble }), 0);
    await rig.until('trading', ({ trading }) => trading === 'armed');
    const { executions } = rig.gateway.ledger;
    const working = () => rig.gateway.ledger.live().find(({ filled }) => filled > 0);
    rig.gateway.inject({ do: 'executionsLate', ms: 750, times: 1 });
    for (; !working(); await sleep(5)) await rig.gateway.step(2);
    const { permId } = working()!;
    rig.ask('resume');
    const count = () => rig.ledger().executions.all().length;
    await rig.untilTrue('all that happened is counted', () => count() === executions.length);
    await rig.until('reconciled', ({ connection }) => connection === 'ready');
    assert.equal(working()?.permId, permId, 'it works all the time');
    assert.deepEqual(rig.alarmsTold(), []);
    await rig.quiet();
    assertAgreement(rig);
  });
});
