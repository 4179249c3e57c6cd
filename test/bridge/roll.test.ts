import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Contract, Order } from '@stoqey/ib';
import { EventName, IBApi, OrderAction, OrderType, SecType } from '@stoqey/ib';
import { CLIENT_ID } from '../../shared/config/services.js';
import { createContract } from '../../simulator/contracts/contract.js';
import { PRODUCTS } from '../../simulator/contracts/product.js';
import { ACCOUNT, Rig, twoMonths } from './rig.js';

const NEXT = { localSymbol: 'ESZ9' };
const OLD: Contract = { symbol: 'ES', localSymbol: 'ESU9', exchange: 'CME', currency: 'USD', secType: SecType.FUT };
const UNKNOWN_ORDER: Order = {
  ...{ action: OrderAction.BUY, orderType: OrderType.LMT, totalQuantity: 1, transmit: true },
  ...{ account: ACCOUNT, orderRef: 'nobody knows it', tif: 'GTC' as never },
};

describe('a roll', () => {
  let rig: Rig;
  afterEach(() => rig.end());

  const start = async () => {
    rig = await Rig.start({ gateway: { data: await twoMonths() } });
  };
  const positionOf = (localSymbol: string) => {
    const { positions } = rig.gateway.ledger.accounts.get(ACCOUNT)!;
    return [...positions.values()].find(({ contract }) => contract.localSymbol === localSymbol)?.quantity ?? 0;
  };
  const ordersIn = (localSymbol: string) =>
    [...rig.gateway.ledger.orders.values()].filter(({ contract }) => contract.localSymbol === localSymbol);
  const haltedFor = (pattern: RegExp) =>
    rig.until(`halted for ${pattern}`, ({ up, halts }) => up === true && pattern.test(halts?.['other-contract'] ?? ''));
  const so = async (isSo: () => boolean) => {
    for (const deadline = Date.now() + 20_000; !isSo(); await sleep(20)) assert.ok(Date.now() < deadline, `${isSo}`);
  };

  /** Under the bridge's own id, while the bridge is not there. */
  const placeInOld = async (lmtPrice = 2000) => {
    const ib = new IBApi({ host: '127.0.0.1', port: rig.gateway.port });
    const firstId = new Promise<number>((resolve) => ib.once(EventName.nextValidId, resolve));
    ib.connect(CLIENT_ID);
    ib.placeOrder(await firstId, OLD, { ...UNKNOWN_ORDER, lmtPrice });
    await so(() => ordersIn('ESU9').some(({ terms }) => terms.orderRef === UNKNOWN_ORDER.orderRef));
    ib.disconnect();
    await so(() => rig.gateway.clientIds.length === 0);
  };

  it('halts while the account holds the old contract, cancels its order, and opens nothing in the new one', async () => {
    await start();
    await rig.startBridge();
    rig.toys.arm(await rig.toys.accept(1), 0);
    await rig.until('a position', ({ positionContracts }) => positionContracts !== 0);
    await rig.stopBridge();
    await placeInOld();
    await rig.startBridge({ instrument: NEXT });
    await haltedFor(/ESU9/);
    const { decisions } = rig.status()!;
    const { alarms } = await rig.until('decisions', (status) => status.decisions > decisions + 20);
    assert.ok(alarms?.some(({ alarm }) => alarm === 'OtherContract'));
    assert.equal(ordersIn('ESZ9').length, 0, 'nothing was sent');
    assert.equal(rig.gateway.ledger.live().length, 0, 'the order in the old contract is cancelled');
  });

  it('goes on after the old contract is closed and an operator resumes, and not before it is closed', async () => {
    await start();
    rig.gateway.inject({ do: 'manualOrder', side: 'BUY', quantity: 1, limitPrice: 9999 });
    await so(() => positionOf('ESU9') === 1);
    await rig.startBridge({ instrument: NEXT });
    rig.toys.arm(await rig.toys.accept(1), 0);
    await haltedFor(/the account holds 1 ESU9/);
    rig.ask('resume');
    const since = new Date().toISOString();
    const isNew = (wallTime: string) => wallTime > since;
    await rig.until(
      'halted again',
      ({ wallTime, up, halts }) => isNew(wallTime) && up === true && !!halts?.['other-contract'],
    );
    assert.equal(ordersIn('ESZ9').length, 0, 'nothing was sent');
    rig.gateway.inject({ do: 'manualOrder', side: 'SELL', quantity: 1, limitPrice: 1 });
    await so(() => positionOf('ESU9') === 0);
    await rig.until('halted still', ({ halts }) => !!halts?.['other-contract']);
    rig.ask('resume');
    await rig.until('fills', ({ fills, haltReason }) => fills > 0 && haltReason === null);
    assert.ok(ordersIn('ESZ9').length > 0);
  });

  it('takes no position over while the product is held in another contract', async () => {
    await start();
    rig.gateway.inject({ do: 'manualOrder', side: 'BUY', quantity: 2, limitPrice: 9999 });
    await so(() => positionOf('ESU9') === 2);
    const { ledger } = rig.gateway;
    const account = ledger.accounts.get(ACCOUNT)!;
    const [next] = rig.gateway.contracts.filter(({ localSymbol }) => localSymbol === 'ESZ9');
    account.positions.set(next!.conId, { contract: next!, quantity: 3, averageCost: 1 });
    await rig.startBridge({ instrument: NEXT });
    const { positionContracts } = await haltedFor(/the account holds 2 ESU9/);
    assert.equal(positionContracts, 0);
  });

  it('halts on the first start where the journal of the old contract ends with a position, whatever the gateway says', async () => {
    await start();
    rig.toys.arm(await rig.toys.accept(1), 0);
    // A last decision may close it before the bridge stops.
    do {
      await rig.startBridge();
      await rig.until('a position', ({ up, positionContracts }) => up === true && positionContracts !== 0);
      await rig.stopBridge();
    } while (rig.ledger().positionContracts === 0);
    const { positionContracts } = rig.ledger();
    await rig.gateway.stop();
    await rig.startGateway();
    await rig.startBridge({ instrument: NEXT });
    await haltedFor(new RegExp(`the journal of ESU9 ends with ${positionContracts} contracts`));
  });

  it('halts on an execution under our client id in another contract, unless its own journal counts it', async () => {
    await start();
    await rig.startBridge();
    rig.toys.arm(await rig.toys.accept(1), 0);
    await rig.until('fills', ({ fills }) => fills > 3);
    await rig.quiet();
    await rig.stopBridge();
    const account = rig.gateway.ledger.accounts.get(ACCOUNT)!;
    account.positions.clear();
    await placeInOld(9999);
    await so(() => positionOf('ESU9') === 1);
    account.positions.clear();
    await rig.startBridge({ instrument: NEXT });
    const { halts } = await haltedFor(/execution \S+ \(BOT 1 ESU9 in DU1000001\)/);
    assert.equal(halts!['other-contract']!.match(/execution/g)!.length, 1, 'and on no other');
  });

  it('leaves a position of another product alone', async () => {
    await start();
    const account = rig.gateway.ledger.accounts.get(ACCOUNT)!;
    const micro = createContract(PRODUCTS.find(({ symbol }) => symbol === 'MES')!, 2019, 9);
    account.positions.set(micro.conId, { contract: micro, quantity: 3, averageCost: 1 });
    await rig.startBridge({ instrument: NEXT });
    rig.toys.arm(await rig.toys.accept(1), 0);
    await rig.until('fills', ({ fills }) => fills > 0);
    assert.deepEqual(rig.status()?.halts, {});
  });
});
