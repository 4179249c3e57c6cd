import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { Quarantine } from '../../research/receive/quarantine.js';
import type { BatchPredicate, DataBatch } from '../../shared/contract/batch.js';
import type { BatchRefusalReason } from '../../shared/contract/batch-refusal.js';
import { batchEnvelopeName, batchFileName } from '../../shared/contract/batch-stream.js';
import { sealBatch } from '../../shared/contract/sealed-batch.js';
import { Failure } from '../../shared/failure.js';
import type { SigningKey } from '../../shared/trust/ed25519-key.js';
import { KEYS, sha256, temporaryFolder } from '../release/release-fixture.js';
import { DATE, JOURNAL } from './broker-rig.js';
import { dataOf, envelopeOf, Road } from './road.js';

const ORDERS = `${JOURNAL}/orders-${DATE}.jsonl`;
describe('receiving what is not right', () => {
  const folder = temporaryFolder();
  let road: Road;
  beforeEach(() => {
    road = new Road(path.join(folder(), 'road'));
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

  const lie = (changes: Partial<DataBatch>) => ({ ...(road.predicateOf(2) as DataBatch), ...changes });
  const lieOf = (changes: Partial<DataBatch['files'][number]>) => {
    const batch = road.predicateOf(2) as DataBatch;
    return { ...batch, files: [{ ...batch.files[0]!, ...changes }] };
  };
  const plainOf = (seq: number) => {
    const { from, to } = (road.predicateOf(seq) as DataBatch).files[0]!;
    return readFileSync(road.rig.path('journal', ORDERS)).subarray(from, to).toString();
  };

  /** What an attacker does after the first of three batches was taken, and how it is met. */
  const ATTACKS: readonly [attack: string, does: () => void, met: BatchRefusalReason[], thenStuck?: true][] = [
    ['an envelope signed by a stranger', () => plant(road.predicateOf(2), undefined, [KEYS.stranger]), ['signature']],
    ['... by the release key', () => plant(road.predicateOf(2), undefined, [KEYS.release]), ['wrong-role']],
    ['... by the receipt key', () => plant(road.predicateOf(2), undefined, [KEYS.receipt]), ['wrong-role']],
    [
      '... by two keys',
      () => plant(road.predicateOf(2), undefined, [KEYS.journal, KEYS.stranger]),
      ['extra-signature'],
    ],
    [
      'a bit of the envelope flipped',
      () => {
        const bytes = readFileSync(road.outboxFile(envelopeOf(2)));
        bytes[100]! ^= 4;
        writeFileSync(road.landing(envelopeOf(2)), bytes);
      },
      ['signature'],
    ],
    [
      'an envelope cut off',
      () => writeFileSync(road.landing(envelopeOf(2)), readFileSync(road.outboxFile(envelopeOf(2))).subarray(0, 500)),
      ['envelope-malformed'],
    ],
    [
      'an envelope without end',
      () => writeFileSync(road.landing(envelopeOf(2)), Buffer.alloc((1 << 20) + 1, 0x20)),
      ['oversize'],
    ],
    [
      'batch 3 under the name of batch 2',
      () => cpSync(road.outboxFile(envelopeOf(3)), road.landing(envelopeOf(2))),
      ['misnamed'],
    ],
    [
      'data cut off',
      () => {
        cpSync(road.outboxFile(dataOf(2)), road.landing(dataOf(2)));
        truncateSync(road.landing(dataOf(2)), 20);
        road.send((name) => name === envelopeOf(2));
      },
      ['truncated'],
    ],
    [
      'data that go on',
      () => {
        cpSync(road.outboxFile(dataOf(2)), road.landing(dataOf(2)));
        appendFileSync(road.landing(dataOf(2)), 'x');
        road.send((name) => name === envelopeOf(2));
      },
      ['oversize'],
    ],
    [
      'data with a bit flipped',
      () => {
        const bytes = readFileSync(road.outboxFile(dataOf(2)));
        bytes[30]! ^= 1;
        writeFileSync(road.landing(dataOf(2)), bytes);
        road.send((name) => name === envelopeOf(2));
      },
      ['packed-hash'],
    ],
    [
      'data of batch 3 under the name of batch 2',
      () => {
        cpSync(road.outboxFile(dataOf(3)), road.landing(dataOf(2)));
        road.send((name) => name === envelopeOf(2));
      },
      ['packed-hash', 'truncated', 'oversize'],
    ],
    [
      'a link in place of data',
      () => {
        symlinkSync('/etc/passwd', road.landing(dataOf(2)));
        road.send((name) => name === envelopeOf(2));
      },
      ['not-plain'],
    ],
    ['a folder in place of an envelope', () => mkdirSync(road.landing(envelopeOf(2))), ['not-plain']],
    ['a pipe', () => assert.equal(spawnSync('mkfifo', [road.landing(dataOf(2))]).status, 0), ['not-plain']],
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
                ...(road.predicateOf(2) as DataBatch).files[0]!,
                packed: {
                  ...(road.predicateOf(2) as DataBatch).files[0]!.packed,
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
      () => plant({ ...road.predicateOf(1), sealed: '2020-01-01T00:00:00.000Z' }),
      ['fork'],
    ],
    ['a batch that follows another', () => plant(lie({ prev: sha256('other') })), ['chain-break']],
    [
      'lines left out between two batches',
      () => {
        const [file] = (road.predicateOf(2) as DataBatch).files;
        plant(lieOf({ from: file!.from + 5, to: file!.to + 5 }), plainOf(2));
      },
      ['range'],
    ],
    [
      'a close that leaves a part out',
      () => {
        const { files: _, ...fields } = road.predicateOf(2) as DataBatch;
        const mark = { seq: null, time: null };
        plant({ ...fields, kind: 'close', totals: { batches: 0, rows: 0, first: mark, last: mark } });
      },
      ['close-differs'],
    ],
    [
      'a bomb',
      () => plant(road.predicateOf(2), zstdCompressSync(Buffer.alloc(30_000_000)).subarray(0)),
      ['zstd-bomb', 'statement-malformed'],
    ],
    [
      'other lines than were signed',
      () => plant(road.predicateOf(2), plainOf(2).replace('"v":1', '"v":2')),
      ['plain-hash'],
    ],
    ['fewer lines than were signed', () => plant(road.predicateOf(2), plainOf(2).slice(0, 400)), ['plain-size']],
    ['something that is not packed', () => plant(road.predicateOf(2), Buffer.from('hello hello')), ['zstd-malformed']],
    [
      'packed bytes that end within a frame',
      () => plant(road.predicateOf(2), zstdCompressSync(Buffer.from(plainOf(2))).subarray(0, -6)),
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
      await road.sealOrders(3);
      road.send((name) => name === envelopeOf(1) || name === dataOf(1));
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
});
