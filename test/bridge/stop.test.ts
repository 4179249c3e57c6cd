import assert from 'node:assert/strict';
import { Halts } from '../../bridge/halt/halts.js';
import { endDecisions } from '../../bridge/orders/end-decisions.js';
import { OrderLedger } from '../../bridge/orders/order-ledger.js';
import type { ConfigInput } from '../../shared/config/config.js';
import { assertAgreement } from './agreement.js';
import { endOf } from './refused-start.js';
import { Rig } from './rig.js';
import { EAGER } from './toy-release.js';

describe('a stop', () => {
  let rig: Rig;
  afterEach(() => rig.end());

  /** An order works at the gateway, and nothing moves any more that could fill it. */
  async function withWorkingOrder(bridge: ConfigInput['bridge'], start: () => Promise<unknown>) {
    const contracts = { maxPositionContracts: 100, maxOrderSizeContracts: 100 };
    rig = await Rig.start({
      gateway: { speed: 0 },
      config: { risk: contracts, bridge: { orderLifetimeMs: 600_000, ...bridge } },
    });
    await start();
    const ensemble = { ...EAGER, policy: { ...EAGER.policy, maxPositionContracts: 100 } };
    rig.toys.arm(await rig.toys.accept(1, { ensemble }), 0);
    await rig.until('trading', ({ trading }) => trading === 'armed');
    await rig.playUntil('an order', () => rig.gateway.ledger.live().length > 0);
    const order = rig.gateway.ledger.live()[0]!;
    await rig.until('known here', () => rig.ledger().live()[0]?.state === 'working');
    return order;
  }

  it('cancels what decisions have sent, and knows how it ended', async () => {
    const order = await withWorkingOrder({}, () => rig.startBridge());
    await rig.stopBridge();
    assert.equal(order.status, 'Cancelled');
    assert.deepEqual(assertAgreement(rig).live(), []);
  });

  it('by SIGTERM does the same', async () => {
    let child: ReturnType<Rig['spawnBridge']> | undefined;
    const order = await withWorkingOrder({}, async () => {
      child = rig.spawnBridge({ stdio: ['pipe', 'ignore', 'pipe'] });
    });
    child!.kill('SIGTERM');
    assert.deepEqual(await endOf(child!), { code: 0, said: '' });
    assert.equal(order.status, 'Cancelled');
    assert.deepEqual(assertAgreement(rig).live(), []);
  });

  it('leaves them where the setting says so, and the next start takes them over', async () => {
    const order = await withWorkingOrder({ cancelOnStop: false }, () => rig.startBridge());
    await rig.stopBridge();
    assert.equal(rig.gateway.ledger.live()[0], order);
    await rig.startBridge();
    await rig.until('older than an order may get', () => order.status === 'Cancelled');
    await rig.quiet();
    assertAgreement(rig);
  });

  it('ends also where the gateway does not cancel', async () => {
    const order = await withWorkingOrder({ stopSecondsMax: 1 }, () => rig.startBridge());
    rig.gateway.inject({ do: 'refuseCancel', code: 10149, times: 1000 });
    await rig.stopBridge();
    assert.equal(rig.gateway.ledger.live()[0], order);
    assert.equal(rig.ledger().live().length, 1, 'and the next start knows of it');
  });
});

describe('the end of decisions', () => {
  it('does not wait for an order that closes the position', async () => {
    const ledger = new OrderLedger();
    ledger.apply({
      ...{ kind: 'intent', orderRef: '00000000-0000-4000-8000-000000000001', orderId: 1, side: 'SELL', contracts: 1 },
      ...{ orderType: 'MKT', limitPrice: null, purpose: 'flatten', modelVersion: null, eventSeq: null },
    });
    const halts = new Halts(() => {});
    assert.deepEqual(await endDecisions(halts, () => ledger, 600), []);
    assert.ok(halts.has('stopping'));
  });
});
