import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { takeReceipt } from '../../broker/prune/acknowledge.js';
import { prune } from '../../broker/prune/prune.js';
import { Quarantine } from '../../research/receive/quarantine.js';
import { TileLog } from '../../research/receive/tile-log.js';
import type { BatchPredicate, DataBatch } from '../../shared/contract/batch.js';
import type { BatchRefusalReason } from '../../shared/contract/batch-refusal.js';
import { batchEnvelopeName, batchFileName } from '../../shared/contract/batch-stream.js';
import { readBatch, sealBatch } from '../../shared/contract/sealed-batch.js';
import { logEntry, logOrigin } from '../../shared/contract/stream-log.js';
import { Failure } from '../../shared/failure.js';
import type { SigningKey } from '../../shared/trust/ed25519-key.js';
import { signCheckpoint } from '../../shared/trust/tlog/checkpoint.js';
import { isConsistent } from '../../shared/trust/tlog/merkle.js';
import { BadNote } from '../../shared/trust/tlog/signed-note.js';
import { randomNumbers } from '../bridge/kill-moments.js';
import { atEveryMoment } from '../release/cut-off.js';
import { KEYS, makeRoot, sha256, temporaryFolder } from '../release/release-fixture.js';
import { BROKER } from './batches.js';
import { CAPTURE, DATE, JOURNAL, readOutbox } from './broker-rig.js';
import { layOut, RecordedDisk } from './power-cut.js';
import { Road } from './road.js';

const ORDERS = `${JOURNAL}/orders-${DATE}.jsonl`;

describe('receiving', () => {
  const folder = temporaryFolder();
  let road: Road;
  beforeEach(() => {
    road = new Road(path.join(folder(), 'road'));
  });
  const envelope = (seq: number, stream = 'orders') => batchEnvelopeName({ stream, epoch: 1, seq });
  const data = (seq: number, stream = 'orders') => batchFileName({ stream, epoch: 1, seq }, 1);
  /** Batches of orders, sealed one by one. */
  const sealOrders = async (batches: number) => {
    for (let i = 0; i < batches; i++) {
      road.rig.orders(3);
      await road.rig.sealAll();
    }
  };
  const reasons = async () => (await road.receive()).setAside.map(({ reason }) => reason);
  const outboxFile = (name: string) => path.join(road.rig.path('outbox'), name);
  const predicateOf = (seq: number) => readBatch(readFileSync(outboxFile(envelope(seq)))).predicate;

  it('takes every line of every stream once, byte for byte, and leaves nothing behind', async () => {
    road.rig.orders(5);
    road.rig.decisions(4);
    road.rig.alarm('one');
    road.rig.status();
    road.rig.segment(1, 3000);
    await road.rig.sealAll();
    await road.rig.sealing((sealer) => sealer.closeDay('orders', DATE));
    road.send();
    const { taken, waiting, setAside, again } = await road.receive();
    assert.deepEqual([waiting, setAside, again], [[], [], []]);
    assert.equal(taken.length, 6);
    assert.deepEqual(road.received(), readOutbox(road.rig.path('outbox')).bytes);
    assert.deepEqual(road.landed(), []);
    assert.deepEqual((await road.receive()).taken, []);
  });

  it('takes batches in order: what comes too early waits, and that is told after a while', async () => {
    await sealOrders(4);
    road.send((name) => !name.includes('0000000002'));
    const { taken, waiting, setAside } = await road.receive();
    assert.deepEqual([taken.map(({ seq }) => seq), setAside], [[1], []]);
    assert.deepEqual(
      waiting.map(({ seq, reason, isOverdue }) => [seq, reason, isOverdue]),
      [
        [3, 'gap', false],
        [4, 'gap', false],
      ],
    );
    const late = await road.receive({ wallMs: () => Date.now() + 61_000 });
    assert.deepEqual(
      late.waiting.map(({ isOverdue }) => isOverdue),
      [true, true],
    );
    road.send((name) => name.includes('0000000002'));
    assert.deepEqual(
      (await road.receive()).taken.map(({ seq }) => seq),
      [2, 3, 4],
    );
  });

  it('waits for data that have not come, and for the envelope', async () => {
    await sealOrders(2);
    road.send((name) => name === data(1) || name === envelope(2));
    const { taken, waiting } = await road.receive();
    assert.deepEqual(taken, []);
    assert.deepEqual(waiting.map(({ seq, reason }) => [seq, reason]).sort(), [
      [1, 'incomplete'],
      [2, 'gap'],
    ]);
    road.send();
    assert.equal((await road.receive()).taken.length, 2);
  });

  it('acknowledges the same batch again, and takes it once', async () => {
    await sealOrders(2);
    road.send();
    await road.receive();
    const receipt = road.receipt('orders');
    rmSync(road.places.receipt({ stream: 'orders', epoch: 1 }));
    road.send();
    const { taken, again, setAside } = await road.receive();
    assert.deepEqual([taken, setAside, again.map(({ seq }) => seq)], [[], [], [1, 2]]);
    assert.ok(road.receipt('orders').equals(receipt));
    assert.deepEqual(road.landed(), []);
  });

  it('leaves what is still being sent alone, until nothing comes any more', async () => {
    writeFileSync(road.landing(`.${data(1)}.aB3xYz`), 'half');
    assert.deepEqual(await reasons(), []);
    const { setAside } = await road.receive({ wallMs: () => Date.now() + 61_000 });
    assert.deepEqual(
      setAside.map(({ reason }) => reason),
      ['unknown-file'],
    );
  });

  /** Sealed by whoever holds a key, and put into the landing folder. */
  function plant(predicate: BatchPredicate, plain?: string | Buffer, keys: SigningKey[] = [KEYS.journal]): void {
    let told = predicate;
    if (plain !== undefined && predicate.kind === 'data') {
      const packed = Buffer.isBuffer(plain) ? plain : zstdCompressSync(Buffer.from(plain));
      const [file] = predicate.files;
      const files = [{ ...file!, packed: { ...file!.packed, size: packed.length, sha256: sha256(packed) } }];
      told = { ...predicate, files };
      writeFileSync(road.landing(file!.packed.name), packed);
    }
    writeFileSync(road.landing(batchEnvelopeName(predicate)), sealBatch(told, keys));
  }

  const lie = (changes: Partial<DataBatch>) => ({ ...(predicateOf(2) as DataBatch), ...changes });
  const lieOf = (changes: Partial<DataBatch['files'][number]>) => {
    const batch = predicateOf(2) as DataBatch;
    return { ...batch, files: [{ ...batch.files[0]!, ...changes }] };
  };
  const plainOf = (seq: number) => {
    const { from, to } = (predicateOf(seq) as DataBatch).files[0]!;
    return readFileSync(road.rig.path('journal', ORDERS)).subarray(from, to).toString();
  };

  /** What an attacker does after the first of three batches was taken, and how it is met. */
  const ATTACKS: readonly [attack: string, does: () => void, met: BatchRefusalReason[], thenStuck?: true][] = [
    ['an envelope signed by a stranger', () => plant(predicateOf(2), undefined, [KEYS.stranger]), ['signature']],
    ['... by the release key', () => plant(predicateOf(2), undefined, [KEYS.release]), ['wrong-role']],
    ['... by the receipt key', () => plant(predicateOf(2), undefined, [KEYS.receipt]), ['wrong-role']],
    ['... by two keys', () => plant(predicateOf(2), undefined, [KEYS.journal, KEYS.stranger]), ['extra-signature']],
    [
      'a bit of the envelope flipped',
      () => {
        const bytes = readFileSync(outboxFile(envelope(2)));
        bytes[100]! ^= 4;
        writeFileSync(road.landing(envelope(2)), bytes);
      },
      ['signature'],
    ],
    [
      'an envelope cut off',
      () => writeFileSync(road.landing(envelope(2)), readFileSync(outboxFile(envelope(2))).subarray(0, 500)),
      ['envelope-malformed'],
    ],
    [
      'an envelope without end',
      () => writeFileSync(road.landing(envelope(2)), Buffer.alloc((1 << 20) + 1, 0x20)),
      ['oversize'],
    ],
    [
      'batch 3 under the name of batch 2',
      () => cpSync(outboxFile(envelope(3)), road.landing(envelope(2))),
      ['misnamed'],
    ],
    [
      'data cut off',
      () => {
        cpSync(outboxFile(data(2)), road.landing(data(2)));
        truncateSync(road.landing(data(2)), 20);
        road.send((name) => name === envelope(2));
      },
      ['truncated'],
    ],
    [
      'data that go on',
      () => {
        cpSync(outboxFile(data(2)), road.landing(data(2)));
        appendFileSync(road.landing(data(2)), 'x');
        road.send((name) => name === envelope(2));
      },
      ['oversize'],
    ],
    [
      'data with a bit flipped',
      () => {
        const bytes = readFileSync(outboxFile(data(2)));
        bytes[30]! ^= 1;
        writeFileSync(road.landing(data(2)), bytes);
        road.send((name) => name === envelope(2));
      },
      ['packed-hash'],
    ],
    [
      'data of batch 3 under the name of batch 2',
      () => {
        cpSync(outboxFile(data(3)), road.landing(data(2)));
        road.send((name) => name === envelope(2));
      },
      ['packed-hash', 'truncated', 'oversize'],
    ],
    [
      'a link in place of data',
      () => {
        symlinkSync('/etc/passwd', road.landing(data(2)));
        road.send((name) => name === envelope(2));
      },
      ['not-plain'],
    ],
    ['a folder in place of an envelope', () => mkdirSync(road.landing(envelope(2))), ['not-plain']],
    ['a pipe', () => assert.equal(spawnSync('mkfifo', [road.landing(data(2))]).status, 0), ['not-plain']],
    ['a file of no batch', () => writeFileSync(road.landing('notes.txt'), 'x'), ['unknown-file']],
    [
      'a name that is no UTF-8',
      () => writeFileSync(Buffer.concat([Buffer.from(`${road.places.landing}/`), Buffer.of(0xff, 0xfe)]), 'x'),
      ['unknown-file'],
    ],
    [
      'a batch of another epoch',
      () =>
        plant(
          lie({
            epoch: 2,
            files: [
              {
                ...(predicateOf(2) as DataBatch).files[0]!,
                packed: {
                  ...(predicateOf(2) as DataBatch).files[0]!.packed,
                  name: batchFileName({ stream: 'orders', epoch: 2, seq: 2 }, 1),
                },
              },
            ],
          }),
        ),
      ['unknown-stream'],
    ],
    ['a batch of another broker, by the right key', () => plant(lie({ broker: 'other' })), ['unknown-stream']],
    // From here on: whoever holds the journal key.
    [
      'another batch under a number that was taken',
      () => plant({ ...predicateOf(1), sealed: '2020-01-01T00:00:00.000Z' }),
      ['fork'],
    ],
    ['a batch that follows another', () => plant(lie({ prev: sha256('other') })), ['chain-break']],
    [
      'lines left out between two batches',
      () => {
        const [file] = (predicateOf(2) as DataBatch).files;
        plant(lieOf({ from: file!.from + 5, to: file!.to + 5 }), plainOf(2));
      },
      ['range'],
    ],
    [
      'a close that leaves a part out',
      () => {
        const { files: _, ...fields } = predicateOf(2) as DataBatch;
        const mark = { seq: null, time: null };
        plant({ ...fields, kind: 'close', totals: { batches: 0, rows: 0, first: mark, last: mark } });
      },
      ['close-differs'],
    ],
    [
      'a bomb',
      () => plant(predicateOf(2), zstdCompressSync(Buffer.alloc(30_000_000)).subarray(0)),
      ['zstd-bomb', 'statement-malformed'],
    ],
    ['other lines than were signed', () => plant(predicateOf(2), plainOf(2).replace('"v":1', '"v":2')), ['plain-hash']],
    ['fewer lines than were signed', () => plant(predicateOf(2), plainOf(2).slice(0, 400)), ['plain-size']],
    ['something that is not packed', () => plant(predicateOf(2), Buffer.from('hello hello')), ['zstd-malformed']],
    [
      'packed bytes that end within a frame',
      () => plant(predicateOf(2), zstdCompressSync(Buffer.from(plainOf(2))).subarray(0, -6)),
      ['zstd-malformed', 'plain-size'],
    ],
    ['a number of lines that is not theirs', () => plant(lieOf({ rows: 4 }), plainOf(2)), ['rows']],
    ['marks that are not theirs', () => plant(lieOf({ last: { seq: 99, time: null } }), plainOf(2)), ['rows']],
    [
      'lines that are none',
      () => {
        const plain = `${'x'.repeat(plainOf(2).length - 1)}\n`;
        const mark = { seq: null, time: null };
        plant(lieOf({ rows: 1, first: mark, last: mark, plain: { size: plain.length, sha256: sha256(plain) } }), plain);
      },
      ['schema'],
    ],
  ];

  for (const [attack, does, met] of ATTACKS)
    it(`sets aside ${attack}, and takes the good batches when they come`, async () => {
      await sealOrders(3);
      road.send((name) => name === envelope(1) || name === data(1));
      assert.equal((await road.receive()).taken.length, 1);
      const receipt = road.receipt('orders');
      does();
      const { taken, setAside } = await road.receive();
      assert.deepEqual(taken, []);
      assert.equal(setAside.length, 1, JSON.stringify(setAside));
      assert.ok(met.includes(setAside[0]!.reason), `${setAside[0]!.reason}: ${setAside[0]!.message}`);
      assert.ok(road.receipt('orders').equals(receipt), 'nothing more is acknowledged');
      for (const name of road.landed()) rmSync(road.landing(name), { recursive: true, force: true });
      road.send();
      assert.deepEqual(
        (await road.receive()).taken.map(({ seq }) => seq),
        [2, 3],
      );
      assert.equal(road.received()[ORDERS], readFileSync(road.rig.path('journal', ORDERS), 'utf8'));
    });

  it('says of a broken line in which file and line it is, and takes it when an operator says so', async () => {
    road.rig.orders(2);
    road.rig.append(`journal/${ORDERS}`, '{"v":1,"n":3,"kind":"surprise"}\n');
    await road.rig.sealAll();
    road.rig.orders(1);
    await road.rig.sealAll();
    road.send();
    const { setAside, waiting } = await road.receive();
    assert.match(setAside[0]!.message, new RegExp(`"${ORDERS}", line 3`));
    assert.deepEqual(
      waiting.map(({ reason }) => reason),
      ['gap'],
    );
    road.send();
    assert.equal((await road.receive()).setAside[0]!.times, 2, 'the same again is only counted');
    const quarantine = new Quarantine(road.places);
    assert.equal(quarantine.list().length, 1);
    assert.throws(() => quarantine.release('../x', 'ann', 'why', 0), Failure);
    quarantine.release(quarantine.list()[0]!.id, 'ann', 'a line of a newer bridge', Date.now());
    assert.deepEqual(
      (await road.receive()).taken.map(({ seq }) => seq),
      [1, 2],
    );
    assert.deepEqual(quarantine.list(), []);
    assert.match(readFileSync(road.places.decisions, 'utf8'), /"by":"ann","why":"a line of a newer bridge"/);
  });

  it('sets a segment aside whose events are none, and names the line', async () => {
    road.rig.segment(1, 20);
    const file = road.rig.path('capture', `dom_ib-ESM5-${DATE}-1.jsonl`);
    writeFileSync(file, readFileSync(file, 'utf8').replace('"op":1', '"op":9'));
    await road.rig.sealAll();
    road.send();
    const { setAside } = await road.receive();
    assert.equal(setAside[0]!.reason, 'schema');
    assert.match(setAside[0]!.message, /line 3/);
    const quarantine = new Quarantine(road.places);
    quarantine.drop(setAside[0]!.id, 'ann', 'not ours', Date.now());
    assert.deepEqual(quarantine.list(), []);
  });

  it('makes its head anew from log and envelopes where it is damaged or old', async () => {
    await sealOrders(2);
    road.send();
    await road.receive();
    const head = road.places.head({ stream: 'orders', epoch: 1 });
    const kept = readFileSync(head, 'utf8');
    for (const damaged of ['', '{"v":1', kept.replaceAll('"seq":2', '"seq":"x"')]) {
      writeFileSync(head, damaged);
      road.send();
      assert.deepEqual(
        (await road.receive()).again.map(({ seq }) => seq),
        [1, 2],
      );
      assert.equal(readFileSync(head, 'utf8'), kept);
    }
    await sealOrders(1);
    road.send();
    assert.deepEqual(
      (await road.receive()).taken.map(({ seq }) => seq),
      [3],
    );
  });

  it('that is cut off at any operation on the disk, takes every batch exactly once', async function () {
    this.timeout(900_000);
    await sealOrders(2);
    road.rig.segment(1, 20);
    await road.rig.sealAll();
    road.send();
    const wanted = readOutbox(road.rig.path('outbox'));
    const moments = await atEveryMoment(
      (copy) => new Road(copy).receive(),
      (moment) => {
        const copy = path.join(folder(), `copy-${moment}`);
        cpSync(road.folder, copy, { recursive: true });
        return copy;
      },
      async (copy, moment) => {
        const again = new Road(copy);
        const { setAside, waiting } = await again.receive();
        assert.deepEqual([setAside, waiting], [[], []], `before operation ${moment}`);
        again.send();
        assert.deepEqual((await again.receive()).taken, [], `before operation ${moment}`);
        assert.deepEqual(again.received(), wanted.bytes, `before operation ${moment}`);
        assert.deepEqual(again.landed(), []);
        for (const [stream, { seq }] of wanted.heads)
          assert.equal(Number(again.receipt(stream).toString().split('\n')[1]), seq, `before operation ${moment}`);
      },
    );
    assert.ok(moments > 60, `${moments} moments`);
  });

  it('that ends by a power cut, takes every batch exactly once', async function () {
    this.timeout(900_000);
    await sealOrders(1);
    await road.rig.sealing((sealer) => sealer.closeDay('orders', DATE));
    road.send();
    const wanted = readOutbox(road.rig.path('outbox'));
    const outbox = road.rig.path('outbox');
    const folderOf = (of: Road) => path.join(of.folder, 'receiver');
    const disk = await RecordedDisk.of(folderOf(road), () => road.receive());
    const random = randomNumbers(7);
    for (let count = 0; count <= disk.length; count++)
      for (const survives of [() => false, () => random() < 0.5]) {
        const cut = new Road(path.join(folder(), `cut-${count}-${random()}`));
        layOut(folderOf(cut), disk.after(count, survives));
        await cut.receive();
        for (const name of readdirSync(outbox)) cpSync(path.join(outbox, name), cut.landing(name), { force: false });
        const { setAside, waiting } = await cut.receive();
        assert.deepEqual([setAside, waiting], [[], []], `after step ${count}`);
        assert.deepEqual(cut.received(), wanted.bytes, `after step ${count}`);
        assert.equal(cut.receipt('orders').toString().split('\n')[1], '2', `after step ${count}`);
      }
    assert.ok(disk.length > 40, `${disk.length} steps`);
  });

  describe('acknowledges, so that the broker', () => {
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
      await sealOrders(3);
      road.send((name) => !name.includes('0000000003'));
      await road.receive();
      const good = road.receipt('orders').toString();
      const [origin, , root] = good.split('\n');
      const forged = (changes: object, key = KEYS.receipt) =>
        Buffer.from(
          signCheckpoint({ origin: origin!, size: 2, root: Buffer.from(root!, 'base64'), ...changes }, [key]),
        );
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
      assert.deepEqual(readdirSync(road.rig.path('outbox')), [data(3), envelope(3)].sort());
    });

    it('notices that what was acknowledged is rewritten, also by who holds both keys, and so does everyone else', async () => {
      await sealOrders(3);
      road.send((name) => !name.includes('0000000003'));
      await road.receive();
      assert.equal(take('orders'), 2);
      const role = road.options().root.roles.receipt;
      const origin = logOrigin(BROKER, { stream: 'orders', epoch: 1 });
      const honest = new TileLog(road.places.log({ stream: 'orders', epoch: 1 }), origin, role);
      // The same history but for its first batch, signed by the right keys.
      let forged = new TileLog(path.join(folder(), 'forged'), origin, role);
      const other = readBatch(sealBatch({ ...predicateOf(1), sealed: '2020-01-01T00:00:00.000Z' }, [KEYS.journal]));
      for (const payload of [other, ...[2, 3].map((seq) => readBatch(readFileSync(outboxFile(envelope(seq)))))])
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
      await sealOrders(1);
      road.send();
      await road.receive();
      const old = road.options().root;
      const root = makeRoot({ receipt: { keys: [KEYS.stranger], threshold: 1 } });
      await sealOrders(1);
      road.send();
      await assert.rejects(road.receive({ root, keys: [KEYS.stranger] }), BadNote, 'a log by keys that nobody knows');
      const { taken, again } = await road.receive({ root, keys: [KEYS.stranger], formerRoots: [old] });
      assert.deepEqual([again.map(({ seq }) => seq), taken.map(({ seq }) => seq)], [[1], [2]]);
      const ask = { brokerFolder: road.rig.folder, broker: BROKER, stream: { stream: 'orders', epoch: 1 } };
      assert.throws(() => takeReceipt({ ...ask, root: old, receipt: road.receipt('orders') }), BadNote);
      assert.equal(takeReceipt({ ...ask, root, receipt: road.receipt('orders') }), 2);
    });

    it('notices a log that was begun anew behind its back', async () => {
      await sealOrders(1);
      road.send();
      await road.receive();
      take('orders');
      renameSync(path.join(road.folder, 'receiver'), path.join(road.folder, 'lost'));
      road = Object.assign(new Road(road.folder), { rig: road.rig });
      await sealOrders(1);
      road.send((name) => name.includes('0000000002'));
      const { waiting } = await road.receive();
      assert.deepEqual(
        waiting.map(({ reason }) => reason),
        ['gap'],
      );
    });
  });
});
