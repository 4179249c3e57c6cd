import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { EventName, OrderAction, OrderType } from '@stoqey/ib';
import { BadInput, Failure } from '../../shared/failure.js';
import { startGateway } from '../../simulator/start-gateway.js';
import { Fixture } from './fixture.js';
import { ES_SAMPLE } from './sample.js';

describe('state file', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'believe-gateway-state-'));
  const stateFile = path.join(folder, 'state.json');
  const fixture = new Fixture();
  afterEach(() => fixture.close());
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('keeps orders, fills, positions and ids over a restart of the process', async () => {
    const before = await fixture.gateway({ stateFile });
    await before.step(2000);
    const client = await fixture.stoqey(before);
    await client.place(
      1,
      { action: OrderAction.BUY, orderType: OrderType.MKT, totalQuantity: 2, orderRef: 'a' },
      'Filled',
    );
    await client.place(
      2,
      { action: OrderAction.BUY, orderType: OrderType.LMT, lmtPrice: 2000, orderRef: 'b' },
      'Submitted',
    );
    const permIds = [...before.ledger.orders.keys()];
    await fixture.close();

    const after = await fixture.gateway({ stateFile });
    await after.step(2000);
    const again = await fixture.stoqey(after);
    assert.deepEqual(again.of(EventName.nextValidId), [[3]]);
    again.api.reqOpenOrders();
    again.api.reqExecutions(5, {});
    again.api.reqPositions();
    await again.next(EventName.positionEnd);
    assert.deepEqual([...after.ledger.orders.keys()], permIds);
    assert.deepEqual(
      again.of(EventName.openOrder).map(([id]) => id),
      [2],
    );
    assert.equal(again.of(EventName.execDetails).length, 1);
    assert.equal(again.of(EventName.position)[0]![2], 2);
    again.api.cancelOrder(2);
    await again.next(EventName.orderStatus, (id: number, status: string) => id === 2 && status === 'Cancelled');
    await again.place(3, { action: OrderAction.SELL, orderType: OrderType.MKT, totalQuantity: 2 }, 'Filled');
    assert.deepEqual(readdirSync(folder), ['state.json'], 'no half-written file stays behind');
  });

  it('refuses a file of a newer build, by its version', async () => {
    const newer = path.join(folder, 'newer.json');
    writeFileSync(newer, '{"v":2}');
    await assert.rejects(startGateway({ data: ES_SAMPLE, stateFile: newer }), { type: 'FormatTooNew' });
  });

  for (const text of ['', '{', '{"v":1,"orders":[]}'])
    it(`refuses a file that is no state: '${text}'`, async () => {
      const broken = path.join(folder, 'broken.json');
      writeFileSync(broken, text);
      await assert.rejects(startGateway({ data: ES_SAMPLE, stateFile: broken }), BadInput);
    });
});

describe('start of a gateway', () => {
  const fixture = new Fixture();
  afterEach(() => fixture.close());

  it('names a port that is taken, and the fix', async () => {
    const first = await fixture.gateway();
    await assert.rejects(fixture.gateway({ port: first.port }), (error) => {
      assert.ok(error instanceof Failure && error.type === 'PortTaken');
      assert.match(`${error.message} ${error.fix}`, new RegExp(`${first.port}.*another port`));
      return true;
    });
  });

  it('refuses data that is missing', async () => {
    await assert.rejects(fixture.gateway({ data: 'no/such/file.jsonl' }), BadInput);
  });

  it('refuses a dialect that it does not speak', async () => {
    await assert.rejects(fixture.gateway({ maxServerVersion: 201 }), Failure);
  });

  it('speaks a newer dialect where it is told to', async () => {
    const gateway = await fixture.gateway({ maxServerVersion: 193 });
    await gateway.step(2000);
    const client = await fixture.stoqey(gateway);
    assert.equal(client.api.serverVersion, 193);
    await client.place(
      1,
      { action: OrderAction.BUY, orderType: OrderType.LMT, lmtPrice: 2000, orderRef: 'new' },
      'Submitted',
    );
    assert.equal((client.of(EventName.openOrder)[0]![2] as { orderRef: string }).orderRef, 'new');
    client.api.cancelOrder(1);
    await client.next(EventName.orderStatus, (_id, status: string) => status === 'Cancelled');
    client.api.reqCompletedOrders(false);
    await client.next(EventName.completedOrder);
  });
});
