import assert from 'node:assert/strict';
import { assertAgreement } from './agreement.js';
import { Rig } from './rig.js';
import { EAGER } from './toy-release.js';

const CONTRACTS = 60;

/** A bridge that turns its large position around all the time. */
async function eagerRig(speed = 5): Promise<Rig> {
  const risk = { maxPositionContracts: CONTRACTS, maxOrderSizeContracts: 2 * CONTRACTS };
  const rig = await Rig.start({ gateway: { speed }, config: { risk, bridge: { orderLifetimeMs: 1000 } } });
  await rig.startBridge();
  await rig.until('ready', ({ connection }) => connection === 'ready');
  return rig;
}

async function trade(rig: Rig): Promise<void> {
  const policy = { ...EAGER.policy, maxPositionContracts: CONTRACTS };
  rig.toys.arm(await rig.toys.accept(1, { ensemble: { ...EAGER, policy } }), 0);
}

/** The most that the account could ever have come to hold, by the gateway's own orders. */
function worst(rig: Rig): number {
  const live = rig.gateway.ledger.live().filter(({ clientId }) => clientId === 251);
  const open = (side: string) =>
    live.filter((order) => order.side === side).reduce((sum, { quantity, filled }) => sum + quantity - filled, 0);
  return Math.max(rig.accountContracts + open('BUY'), open('SELL') - rig.accountContracts);
}

describe('refused orders', () => {
  let rig: Rig;
  afterEach(() => rig.end());

  it('are no reason to send another one while they may come back', async () => {
    rig = await eagerRig();
    rig.gateway.inject({ do: 'inactive', thenMs: 300, times: 3 });
    await trade(rig);
    let most = 0;
    await rig.untilTrue('fills after the refusals', () => {
      most = Math.max(most, worst(rig));
      return rig.gateway.ledger.executions.length > 40;
    });
    assert.ok(most <= CONTRACTS, `${most} contracts were possible, the limit is ${CONTRACTS}`);
    await rig.quiet();
    assertAgreement(rig);
  });

  it('are taken up again where the gateway shows them open after all', async () => {
    rig = await eagerRig();
    rig.gateway.inject({ do: 'rejectOrder', status: 'Cancelled' });
    await trade(rig);
    await rig.untilTrue('an order was refused', () => rig.journal().some(({ kind }) => kind === 'rejected'));
    rig.halt();
    await rig.untilTrue('no order is live', () => rig.gateway.ledger.live().length === 0);
    const linesBefore = rig.journal().length;
    rig.gateway.inject({ do: 'reappear', ms: 0 });
    // It may be filled or cancelled within a moment: what is told of it shows that it was taken up.
    await rig.untilTrue('it is taken up', () =>
      rig
        .journal()
        .slice(linesBefore)
        .some((line) => line.kind === 'status' && /^(PreS|S)ubmitted$/.test(line.status)),
    );
    await rig.untilTrue('no order is live', () => rig.gateway.ledger.live().length === 0);
    await rig.quiet();
    assertAgreement(rig);
  });

  for (const [code, settings] of [
    [201, {}],
    [460, {}],
    [387, {}],
    [383, { status: 'none' }],
    [109, { status: 'Cancelled' }],
    [10268, {}],
    [31_999, {}],
    [31_999, { status: 'Cancelled' }],
  ] as const)
    it(`halt trading after five in a minute, also with code ${code} ${JSON.stringify(settings)}`, async () => {
      rig = await eagerRig();
      rig.gateway.inject({ do: 'rejectOrder', code, times: 1000, ...settings });
      await trade(rig);
      await rig.until('halted', ({ halts }) => halts?.['reject-burst'] !== undefined);
      const sent = new Set(rig.journal().flatMap((line) => (line.kind === 'intent' ? [line.orderRef] : [])));
      assert.equal(sent.size, 5);
      if (code > 30_000) assert.ok(rig.alarmsTold().includes('OrderCodeUnlisted'));
    });
});

describe('a trade that the exchange takes back', () => {
  it('changes the position and calls a person', async () => {
    const rig = await eagerRig();
    try {
      await trade(rig);
      await rig.until('fills', ({ fills }) => fills > 3);
      rig.halt();
      await rig.untilTrue('no order is live', () => rig.gateway.ledger.live().length === 0);
      rig.gateway.inject({ do: 'bustExecution' });
      await rig.untilTrue('the alarm', () => rig.alarmsTold().includes('ExecutionBusted'));
      await rig.until('the same position', ({ positionContracts }) => positionContracts === rig.accountContracts);
    } finally {
      await rig.end();
    }
  });
});
