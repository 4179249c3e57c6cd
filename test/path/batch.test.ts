import assert from 'node:assert/strict';
import { batchStatement, encodeBatch } from '../../shared/contract/batch.js';
import { type BatchRefusalReason, BatchRefused } from '../../shared/contract/batch-refusal.js';
import {
  batchEnvelopeName,
  batchFileName,
  flatNameOf,
  parseBatchFile,
  sourcePlace,
  streamName,
  streamOfFlatName,
} from '../../shared/contract/batch-stream.js';
import { sealBatch, verifyBatch } from '../../shared/contract/sealed-batch.js';
import { headAfter, startOfStream, whyNotNext } from '../../shared/contract/stream-head.js';
import { encodeEnvelope, signEnvelope } from '../../shared/trust/dsse.js';
import type { SigningKey } from '../../shared/trust/ed25519-key.js';
import { nameFault } from '../../shared/trust/safe-name.js';
import { encodeStatement } from '../../shared/trust/statement.js';
import { changedEnvelope, envelopeOf, KEYS, makeRoot, predicateOf, sha256 } from '../release/release-fixture.js';
import { BROKER, dataBatch, heartbeat } from './batches.js';

const ROOT = makeRoot();
const STREAMS = ['capture/dom_ib/ESZ5', 'capture/sierra/A-b.c-e0001-0000000001', 'orders', 'decisions', 'status'];

function refused(reason: BatchRefusalReason, bytes: Buffer, root = ROOT): void {
  assert.throws(
    () => verifyBatch(bytes, root),
    (error) => error instanceof BatchRefused && error.reason === reason,
    reason,
  );
}

function signed(payload: Buffer | object, keys: SigningKey[] = [KEYS.journal]): Buffer {
  return envelopeOf(Buffer.isBuffer(payload) ? payload : Buffer.from(JSON.stringify(payload)), keys);
}

describe('names of batches', () => {
  it('tell stream, epoch and number again, sort by number, and are safe on every system', () => {
    for (const stream of STREAMS) {
      assert.equal(streamName.parse(stream), stream);
      assert.equal(streamOfFlatName(flatNameOf(stream)), stream);
      const names = [1, 2, 10, 999_999_999, 1_000_000_000].flatMap((seq) => {
        const place = { stream, epoch: 12, seq };
        assert.deepEqual(parseBatchFile(batchEnvelopeName(place)), { ...place, kind: 'envelope' });
        assert.deepEqual(parseBatchFile(batchFileName(place, 2)), { ...place, kind: 'data' });
        return [batchFileName(place, 1), batchFileName(place, 2), batchEnvelopeName(place)];
      });
      assert.deepEqual([...names].sort(), names);
      for (const name of names) assert.equal(nameFault(name), undefined, name);
    }
  });

  it('are no other names', () => {
    for (const name of [
      'orders-e0001-0000000000.dsse.json',
      'orders-e0000-0000000001.dsse.json',
      'orders-e0001-0000000001-00.zst',
      'orders-e0001-0000000001-17.zst',
      'orders-e0001-1.dsse.json',
      'others-e0001-0000000001.dsse.json',
      'capture-e0001-0000000001.dsse.json',
      'capture-dom_ib-..-e0001-0000000001.dsse.json',
      'capture-dom_ib-a:b-e0001-0000000001.dsse.json',
      '../orders-e0001-0000000001.dsse.json',
      'orders-e0001-0000000001.dsse.json.tmp',
    ])
      assert.equal(parseBatchFile(name), null, name);
    for (const name of ['capture/dom_ib/../x', 'capture/dom_ib', 'order', 'capture/DOM/ES', ''])
      assert.equal(streamName.safeParse(name).success, false, name);
  });

  it('are given to the files of their stream only', () => {
    assert.equal(sourcePlace('orders', 'DU1-ESZ5/orders-2025-06-02.jsonl')?.key, 'DU1-ESZ5');
    assert.equal(sourcePlace('orders', '../orders-2025-06-02.jsonl'), null);
    assert.equal(sourcePlace('decisions', 'orders-2025-06-02.jsonl'), null);
    assert.equal(sourcePlace('capture/dom_ib/ESZ5', 'dom_ib-ESH6-2025-06-02-1.jsonl'), null);
    assert.equal(sourcePlace('capture/dom_ib/ESZ5', 'dom_ib-ESZ5-2025-06-02-1.jsonl.open'), null);
    const [second, tenth] = [2, 10].map((n) => sourcePlace('capture/dom_ib/A', `dom_ib-A-2025-06-02-${n}.jsonl`)!);
    assert.ok(second!.order < tenth!.order, 'by number, not by digits');
  });
});

describe('a signed batch', () => {
  it('is read again as it was sealed, and has the same bytes whenever it is signed', () => {
    const predicate = dataBatch();
    const bytes = sealBatch(predicate, [KEYS.journal]);
    const { predicate: found, payloadSha256 } = verifyBatch(bytes, ROOT);
    assert.deepEqual(found, predicate);
    assert.equal(payloadSha256, sha256(encodeBatch(predicate)));
    assert.ok(sealBatch(dataBatch(), [KEYS.journal]).equals(bytes));
  });

  it('counts by role and threshold', () => {
    const payload = encodeBatch(dataBatch());
    refused('wrong-role', signed(payload, [KEYS.release]));
    refused('wrong-role', signed(payload, [KEYS.state]));
    refused('signature', signed(payload, [KEYS.stranger]));
    refused('extra-signature', signed(payload, [KEYS.journal, KEYS.release]));
    refused('extra-signature', signed(payload, [KEYS.journal, KEYS.journal]));
    refused(
      'keyid-mislabelled',
      changedEnvelope(signed(payload), (envelope) => ({
        ...envelope,
        signatures: [{ ...envelope.signatures[0]!, keyid: KEYS.release.keyid }],
      })),
    );
    const both = [KEYS.journal, KEYS.stranger].sort((a, b) => (a.keyid < b.keyid ? -1 : 1));
    const two = makeRoot({ journal: { keys: both, threshold: 2 } });
    refused('signature', signed(payload, [KEYS.journal]), two);
    refused('signature', signed(payload, [KEYS.journal, KEYS.journal]), two);
    assert.equal(verifyBatch(sealBatch(dataBatch(), both.toReversed()), two).predicate.seq, 2);
  });

  it('is no release, and a release signed by the journal key is no batch', async () => {
    refused('predicate-type', signed(encodeStatement(await predicateOf())));
    refused('payload-type', encodeEnvelope(signEnvelope('application/json', encodeBatch(dataBatch()), [KEYS.journal])));
  });

  it('has one form: every flipped bit of it is noticed', () => {
    const bytes = sealBatch(dataBatch(), [KEYS.journal]);
    for (let at = 0; at < bytes.length; at += 3) {
      const flipped = Buffer.from(bytes);
      flipped[at]! ^= 1 << (at % 8);
      assert.throws(() => verifyBatch(flipped, ROOT), BatchRefused, `byte ${at}`);
    }
    for (let length = 0; length < bytes.length; length += 17) refused('envelope-malformed', bytes.subarray(0, length));
    const reordered = { ...JSON.parse(encodeBatch(dataBatch()).toString()), _type: 'https://in-toto.io/Statement/v1' };
    assert.equal(verifyBatch(signed(reordered), ROOT).predicate.seq, 2);
    const { _type, ...rest } = reordered;
    refused('statement-malformed', signed({ ...rest, _type }));
  });

  it('says nothing that a receiver could not bound or place', () => {
    const good = JSON.parse(encodeBatch(dataBatch()).toString());
    const file = dataBatch().files[0]!;
    const wrong: [string, object][] = [
      ['a first batch with a predecessor', dataBatch({ seq: 1, prev: sha256('x') })],
      ['a later one without', dataBatch({ prev: null })],
      ['no files', dataBatch({ files: [] })],
      ['seventeen files', dataBatch({ files: Array.from({ length: 17 }, () => file) })],
      ['bytes that are not as many as told', dataBatch({ files: [{ ...file, to: 101 }] })],
      ['a file of another stream', dataBatch({ files: [{ ...file, name: 'alarms.jsonl' }] })],
      ['a path out', dataBatch({ files: [{ ...file, name: '../swaps.jsonl' }] })],
      ['a file under another name', dataBatch({ files: [{ ...file, packed: { ...file.packed, name: 'x.zst' } }] })],
      ['nine exabytes', dataBatch({ files: [{ ...file, packed: { ...file.packed, size: 2 ** 53 - 1 } }] })],
      ['a broker that is a path', dataBatch({ broker: '../x' })],
      ['a field that nobody knows', { ...dataBatch(), extra: 1 }],
    ];
    for (const [what, predicate] of wrong)
      assert.equal(batchStatement.safeParse({ ...good, predicate }).success, false, what);
    const subject = [{ name: file.packed.name, digest: { sha256: sha256('other') } }];
    assert.equal(batchStatement.safeParse({ ...good, subject }).success, false, 'another subject');
    assert.equal(batchStatement.safeParse(good).success, true);
  });
});

describe('the head of a stream', () => {
  const start = startOfStream(BROKER, 'swaps', 1);
  const first = dataBatch({ seq: 1 });
  const one = headAfter(start, first, sha256('one'));
  const [file] = first.files;
  const next = (from: number, changes = {}) =>
    dataBatch({
      prev: sha256('one'),
      files: [{ ...dataBatch().files[0]!, from, to: from + 100, last: { seq: 9, time: null }, ...changes }],
    });
  const reason = (batch: Parameters<typeof whyNotNext>[1], head = one) => whyNotNext(head, batch)?.reason ?? null;

  it('takes the next batch and no other', () => {
    assert.equal(reason(first, start), null);
    assert.equal(reason(next(100)), null);
    assert.equal(reason(next(0)), 'range');
    assert.equal(reason(next(101)), 'range');
    assert.equal(reason({ ...next(100), seq: 3 }), 'gap');
    assert.equal(reason({ ...next(100), seq: 1 }), 'fork');
    assert.equal(reason({ ...next(100), prev: sha256('other') }), 'chain-break');
    assert.equal(reason({ ...next(100), epoch: 2 }), 'unknown-stream');
    assert.equal(reason({ ...next(100), broker: 'other' }), 'unknown-stream');
    assert.equal(reason(heartbeat(2, sha256('one'))), null);
  });

  it('is not moved by the clock of the broker', () => {
    assert.equal(reason({ ...next(100), sealed: '2001-01-01T00:00:00.000Z' }), null);
  });

  it('lets files of later trade dates follow, from their first byte, and none of earlier ones', () => {
    const of = (stream: string, name: string, from: number, seq: number) =>
      dataBatch({
        stream,
        seq,
        prev: seq === 1 ? null : sha256('one'),
        files: [{ ...file!, name, from, to: from + 100 }],
      });
    for (const [stream, names] of [
      ['decisions', ['decisions-2025-06-02.jsonl', 'decisions-2025-06-03.jsonl', 'decisions-2025-05-30.jsonl']],
      [
        'capture/dom_ib/A',
        ['dom_ib-A-2025-06-02-2.jsonl', 'dom_ib-A-2025-06-02-10.jsonl', 'dom_ib-A-2025-06-02-1.jsonl'],
      ],
    ] as const) {
      const head = headAfter(startOfStream(BROKER, stream, 1), of(stream, names[0], 0, 1), sha256('one'));
      assert.equal(reason(of(stream, names[1], 0, 2), head), null);
      assert.equal(reason(of(stream, names[1], 7, 2), head), 'range');
      assert.equal(reason(of(stream, names[2], 0, 2), head), 'range');
    }
  });

  it('knows what a trade date has, so that a close that leaves a part out is noticed', () => {
    const two = headAfter(one, next(100, { rows: 4, last: { seq: 9, time: null } }), sha256('two'));
    const [{ totals } = assert.fail()] = two.days;
    assert.deepEqual(totals, {
      batches: 2,
      rows: 7,
      first: { seq: 1, time: '2025-06-02T13:30:00Z' },
      last: { seq: 9, time: '2025-06-02T13:40:00.123456789Z' },
    });
    const { files: _, ...fields } = next(0);
    const close = { ...fields, kind: 'close' as const, seq: 3, prev: sha256('two'), totals };
    assert.equal(reason(close, two), null);
    assert.equal(reason({ ...close, totals: { ...totals, rows: 6 } }, two), 'close-differs');
    assert.equal(reason({ ...close, tradeDate: '2025-06-03' }, two), 'close-differs');
    assert.equal(headAfter(two, close, sha256('three')).days[0]!.isClosed, true);
  });
});
