import assert from 'node:assert/strict';
import { readdirSync, readFileSync, renameSync } from 'node:fs';
import path from 'node:path';
import { takeReceipt } from '../../broker/prune/acknowledge.js';
import { prune } from '../../broker/prune/prune.js';
import { TileLog } from '../../research/receive/tile-log.js';
import { readBatch, sealBatch } from '../../shared/contract/sealed-batch.js';
import { logEntry, logOrigin } from '../../shared/contract/stream-log.js';
import { Failure } from '../../shared/failure.js';
import { signCheckpoint } from '../../shared/trust/tlog/checkpoint.js';
import { isConsistent } from '../../shared/trust/tlog/merkle.js';
import { BadNote } from '../../shared/trust/tlog/signed-note.js';
import { KEYS, makeRoot, temporaryFolder } from '../release/release-fixture.js';
import { BROKER } from './batches.js';
import { CAPTURE, DATE, JOURNAL } from './broker-rig.js';
import { dataOf, envelopeOf, Road } from './road.js';

describe('a broker that is acknowledged', () => {
  const folder = temporaryFolder();
  let road: Road;
  beforeEach(() => {
    road = new Road(path.join(folder(), 'road'));
  });

  const take = (stream: string, receipt = road.receipt(stream)) =>
    takeReceipt({
      brokerFolder: road.rig.folder,
      broker: BROKER,
      root: road.options().root,
      stream: { stream, epoch: 1 },
      receipt,
    });
  const pruned = (changes = {}) =>
    prune({
      ...{ brokerFolder: road.rig.folder, broker: BROKER, epoch: 1 },
      ...{ retentionDays: 2, tradeDate: '2025-06-10' },
      ...changes,
    });

  it('deletes what research has, older than its retention, and never the newest trade date', async () => {
    for (const date of [DATE, '2025-06-05', '2025-06-09']) {
      road.rig.segment(1, 5, { date });
      road.rig.decisions(2, date);
      road.rig.orders(2, date);
    }
    await road.rig.sealAll();
    assert.deepEqual(pruned(), [], 'nothing is acknowledged');
    road.send();
    await road.receive();
    assert.deepEqual(pruned(), [], 'no receipt has come');
    assert.equal(take(CAPTURE), 3);
    assert.deepEqual(
      pruned().filter((name) => name.endsWith('.jsonl')),
      [`dom_ib-ESM5-${DATE}-1.jsonl`, 'dom_ib-ESM5-2025-06-05-1.jsonl'],
    );
    assert.equal(take('decisions'), 3);
    assert.equal(take('orders'), 3);
    assert.deepEqual(
      pruned({ tradeDate: '2030-01-01' }).filter((name) => name.endsWith('.jsonl')),
      [`decisions-${DATE}.jsonl`, 'decisions-2025-06-05.jsonl'],
      'a clock that runs away deletes no newest date',
    );
    assert.deepEqual(readdirSync(road.rig.path('outbox')), []);
    assert.equal(readdirSync(road.rig.path('journal', JOURNAL)).length, 3, 'order journals stay');
    road.rig.segment(2, 5, { date: '2025-06-09' });
    road.rig.orders(1, '2025-06-09');
    assert.equal((await road.rig.sealAll()).failed.length, 0);
    road.send();
    assert.equal((await road.receive()).taken.length, 2, 'and goes on');
    assert.equal(take(CAPTURE), 4);
  });

  it('believes only the receipt key, and only about what it sealed itself', async () => {
    await road.sealOrders(3);
    road.send((name) => !name.includes('0000000003'));
    await road.receive();
    const good = road.receipt('orders').toString();
    const [origin, , root] = good.split('\n');
    const forged = (changes: object, key = KEYS.receipt) =>
      Buffer.from(signCheckpoint({ origin: origin!, size: 2, root: Buffer.from(root!, 'base64'), ...changes }, [key]));
    const refused = (type: string, receipt: Buffer) =>
      assert.throws(
        () => take('orders', receipt),
        (error) => error instanceof Failure && error.type === type,
        type,
      );
    refused('BadNote', forged({}, KEYS.journal));
    refused('BadNote', forged({}, KEYS.stranger));
    refused('BadNote', forged({ origin: logOrigin('other', { stream: 'orders', epoch: 1 }) }));
    refused('BadNote', Buffer.from(good.replace('\n2\n', '\n3\n')));
    refused('BadNote', Buffer.alloc(1 << 20));
    refused('ReceiptForked', forged({ size: 3 }));
    refused('ReceiptForked', forged({ size: 9 }));
    refused('ReceiptForked', forged({ root: Buffer.alloc(32) }));
    assert.deepEqual(pruned(), []);
    assert.equal(take('orders'), 2);
    assert.equal(take('orders', forged({ size: 1, root: Buffer.alloc(32) })), 2, 'an older one changes nothing');
    assert.equal(pruned().length, 4);
    assert.deepEqual(readdirSync(road.rig.path('outbox')), [dataOf(3), envelopeOf(3)].sort());
  });

  it('notices that what was acknowledged is rewritten, also by who holds both keys, and so does everyone else', async () => {
    await road.sealOrders(3);
    road.send((name) => !name.includes('0000000003'));
    await road.receive();
    assert.equal(take('orders'), 2);
    const role = road.options().root.roles.receipt;
    const origin = logOrigin(BROKER, { stream: 'orders', epoch: 1 });
    const honest = new TileLog(road.places.log({ stream: 'orders', epoch: 1 }), origin, role);
    // The same history but for its first batch, signed by the right keys.
    let forged = new TileLog(path.join(folder(), 'forged'), origin, role);
    const other = readBatch(sealBatch({ ...road.predicateOf(1), sealed: '2020-01-01T00:00:00.000Z' }, [KEYS.journal]));
    for (const payload of [other, ...[2, 3].map((seq) => readBatch(readFileSync(road.outboxFile(envelopeOf(seq)))))])
      forged = forged.append(logEntry(payload.payloadSha256), [KEYS.receipt], role);
    const root = (log: TileLog) => Buffer.from(log.note()!.split('\n')[2]!, 'base64');
    assert.equal(isConsistent(2, root(honest), 3, root(forged), forged.proveConsistency(2)), false);
    assert.throws(
      () => take('orders', Buffer.from(forged.note()!)),
      (error) => error instanceof Failure && error.type === 'ReceiptForked',
    );
    road.send();
    await road.receive();
    const now = new TileLog(road.places.log({ stream: 'orders', epoch: 1 }), origin, role);
    assert.equal(isConsistent(2, root(honest), 3, root(now), now.proveConsistency(2)), true);
  });

  it('is acknowledged by the new key after the receipt key was replaced', async () => {
    await road.sealOrders(1);
    road.send();
    await road.receive();
    const old = road.options().root;
    const root = makeRoot({ receipt: { keys: [KEYS.stranger], threshold: 1 } });
    await road.sealOrders(1);
    road.send();
    await assert.rejects(road.receive({ root, keys: [KEYS.stranger] }), BadNote, 'a log by keys that nobody knows');
    const { taken, again } = await road.receive({ root, keys: [KEYS.stranger], formerRoots: [old] });
    assert.deepEqual([again.map(({ seq }) => seq), taken.map(({ seq }) => seq)], [[1], [2]]);
    const ask = { brokerFolder: road.rig.folder, broker: BROKER, stream: { stream: 'orders', epoch: 1 } };
    assert.throws(() => takeReceipt({ ...ask, root: old, receipt: road.receipt('orders') }), BadNote);
    assert.equal(takeReceipt({ ...ask, root, receipt: road.receipt('orders') }), 2);
  });

  it('notices a log that was begun anew behind its back', async () => {
    await road.sealOrders(1);
    road.send();
    await road.receive();
    take('orders');
    renameSync(path.join(road.folder, 'receiver'), path.join(road.folder, 'lost'));
    road = Object.assign(new Road(road.folder), { rig: road.rig });
    await road.sealOrders(1);
    road.send((name) => name.includes('0000000002'));
    const { waiting } = await road.receive();
    assert.deepEqual(
      waiting.map(({ reason }) => reason),
      ['gap'],
    );
  });
});
