import assert from 'node:assert/strict';
import { createPrivateKey, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { lineCheckOf } from '../../research/receive/check-lines.js';
import { requireSigned } from '../../research/receive/keep-file.js';
import { BATCH_PAYLOAD_TYPE, type BatchFile, encodeBatch } from '../../shared/contract/batch.js';
import { BatchRefused } from '../../shared/contract/batch-refusal.js';
import { batchEnvelopeName, batchFileName, parseBatchFile } from '../../shared/contract/batch-stream.js';
import { sealBatch, verifyBatch } from '../../shared/contract/sealed-batch.js';
import { startOfStream, whyNotNext } from '../../shared/contract/stream-head.js';
import { LineMeter } from '../../shared/node/files/line-meter.js';
import { encodeEnvelope, preAuthEncoding } from '../../shared/trust/dsse.js';
import { signingKeyPem } from '../../shared/trust/ed25519-key.js';
import { fillOf, intentOf, lineOf } from '../import/journal-lines.js';
import { KEYS, makeRoot, sha256, temporaryFolder } from '../release/release-fixture.js';
import { BROKER, dataBatch } from './batches.js';

/** A slice. The whole study, so many of each kind: BELIEVE_HOSTILE_BATCHES=100000. */
const RUNS = runs({ envelopes: 10_000, statements: 3_000, edits: 3_000, packed: 2_000, names: 5_000 });
const ROOT = makeRoot();

const ORDERS = Array.from({ length: 40 }, (_, i) =>
  lineOf(i + 1, '2025-06-02T14:30:00.000Z', i % 2 ? fillOf(i) : intentOf(i)),
).join('');

/** A first batch of orders and its packed data. */
function ordersBatch(packed: Buffer, changes: Partial<BatchFile> = {}) {
  const meter = new LineMeter();
  meter.take(Buffer.from(ORDERS));
  const { size, sha256: hash, rows, first, last } = meter.finish();
  const place = { stream: 'orders', epoch: 1, seq: 1 };
  const file = {
    ...{ name: 'DU1-ESM5/orders-2025-06-02.jsonl', from: 0, to: size, rows, first, last },
    plain: { size, sha256: hash },
    packed: { name: batchFileName(place, 1), size: packed.length, sha256: sha256(packed) },
    ...changes,
  };
  return dataBatch({ ...place, prev: null, files: [file] });
}

/** What can happen to bytes: flipped, cut, left out, put in, doubled, one part in place of another. */
const mutation = fc.tuple(
  fc.constantFrom('flip', 'cut', 'leave out', 'put in', 'double', 'overwrite'),
  fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  fc.uint8Array({ minLength: 1, maxLength: 24 }),
);
type Mutation = typeof mutation extends fc.Arbitrary<infer M> ? M : never;

function mutated(bytes: Buffer, mutations: readonly Mutation[]): Buffer {
  return mutations.reduce((before, [kind, where, length, noise]) => {
    const at = Math.floor(where * before.length);
    const end = Math.min(before.length, at + 1 + Math.floor(length * 40));
    const [head, part, tail] = [before.subarray(0, at), before.subarray(at, end), before.subarray(end)];
    switch (kind) {
      case 'flip': {
        const flipped = Buffer.from(before);
        if (flipped.length > 0) flipped[at]! ^= 1 << (noise[0]! % 8);
        return flipped;
      }
      case 'cut':
        return head;
      case 'leave out':
        return Buffer.concat([head, tail]);
      case 'put in':
        return Buffer.concat([head, noise, before.subarray(at)]);
      case 'double':
        return Buffer.concat([head, part, part, tail]);
      default:
        return Buffer.concat([
          head,
          noise.subarray(0, part.length),
          before.subarray(at + Math.min(noise.length, part.length)),
        ]);
    }
  }, bytes);
}

/** What JSON a field could hold instead. */
const oddValue = fc.oneof(
  fc.constantFrom(null, true, -1, 0, 1.5, 1e308, 2 ** 53, '', '..', '../../x', 'CON', '\0', '2025-02-30', [], {}),
  fc.string({ maxLength: 30 }),
  fc.integer(),
  fc.jsonValue({ maxDepth: 2 }),
);

/** Puts a value in place of one of the fields, wherever it is. */
function withOdd(value: unknown, where: number, odd: unknown): unknown {
  const places: ((root: unknown) => void)[] = [];
  const walk = (at: unknown, path: readonly (string | number)[]) => {
    if (typeof at !== 'object' || at === null) return;
    for (const key of Object.keys(at)) {
      const whole = [...path, key];
      places.push((root) => {
        const holder = whole.slice(0, -1).reduce((inner, name) => (inner as Record<string, unknown>)[name], root);
        (holder as Record<string, unknown>)[key] = odd;
      });
      walk((at as Record<string, unknown>)[key], whole);
    }
  };
  walk(value, []);
  const copy = structuredClone(value);
  places[Math.floor(where * places.length)]!(copy);
  return copy;
}

describe('hostile batches', () => {
  const folder = temporaryFolder();
  const packed = zstdCompressSync(Buffer.from(ORDERS));
  const batch = ordersBatch(packed);
  const envelope = sealBatch(batch, [KEYS.journal]);
  const key = createPrivateKey(signingKeyPem(KEYS.journal));
  /** By who holds the journal key; with OpenSSL, which is a hundred times as fast. */
  const signed = (payload: Buffer) =>
    encodeEnvelope({
      payloadType: BATCH_PAYLOAD_TYPE,
      payload: payload.toString('base64'),
      signatures: [
        {
          keyid: KEYS.journal.keyid,
          sig: sign(null, preAuthEncoding(BATCH_PAYLOAD_TYPE, payload), key).toString('base64'),
        },
      ],
    });
  /** Null where it is refused in words of ours: everything else that is thrown is a defect. */
  const accepted = (bytes: Buffer) => {
    try {
      return verifyBatch(bytes, ROOT);
    } catch (error) {
      assert.ok(error instanceof BatchRefused, String((error as Error).stack));
      return null;
    }
  };

  it('are not taken when a byte of their envelope is another', function () {
    this.timeout(3_600_000);
    assert.ok(accepted(envelope));
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
        const bytes = mutated(envelope, mutations);
        assert.equal(accepted(bytes) !== null, bytes.equals(envelope));
      }),
      { numRuns: RUNS.envelopes },
    );
  });

  it('are understood wholly or not at all, whatever the journal key has signed', function () {
    this.timeout(3_600_000);
    const payload = encodeBatch(batch);
    assert.ok(accepted(signed(payload)));
    const statement: unknown = JSON.parse(payload.toString());
    const start = startOfStream(BROKER, 'orders', 1);
    const judged = (bytes: Buffer) => {
      const found = accepted(signed(bytes));
      if (found === null) return;
      // What is understood has one form, names that are safe, and a place: after that it follows, or it is refused.
      assert.ok(encodeBatch(found.predicate).equals(bytes));
      assert.ok(parseBatchFile(batchEnvelopeName(found.predicate)));
      const why = whyNotNext(start, found.predicate);
      if (why === null) assert.equal(found.predicate.seq, 1);
    };
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), oddValue, (where, odd) =>
        judged(Buffer.from(JSON.stringify(withOdd(statement, where, odd)))),
      ),
      { numRuns: RUNS.statements },
    );
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 3 }), (mutations) =>
        judged(mutated(payload, mutations)),
      ),
      { numRuns: RUNS.edits },
    );
  });

  it('are unpacked to the lines that were signed, or refused, whatever the packed bytes are', async function () {
    this.timeout(3_600_000);
    const file = path.join(folder(), 'packed.zst');
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 4 }), async (mutations) => {
        const bytes = mutated(packed, mutations);
        writeFileSync(file, bytes);
        const [told] = ordersBatch(bytes).files;
        try {
          // It ends well only where the plain bytes have the signed sha256.
          await requireSigned(file, told!, lineCheckOf('orders', told!));
        } catch (error) {
          assert.ok(error instanceof BatchRefused, String((error as Error).stack));
          refused++;
        }
      }),
      { numRuns: RUNS.packed },
    );
    assert.ok(refused > RUNS.packed / 2, `${refused} of ${RUNS.packed}`);
  });

  it('are named by our names only', function () {
    this.timeout(3_600_000);
    const name = batchEnvelopeName({ stream: 'capture/dom_ib/ESM5', epoch: 1, seq: 7 });
    fc.assert(
      fc.property(fc.array(mutation, { maxLength: 3 }), (mutations) => {
        const text = mutated(Buffer.from(name), mutations).toString('latin1');
        const place = parseBatchFile(text);
        if (place !== null)
          assert.ok(
            text === batchEnvelopeName(place) ||
              (place.kind === 'data' && text.startsWith(batchEnvelopeName(place).slice(0, -10))),
          );
      }),
      { numRuns: RUNS.names },
    );
  });
});

function runs<Kind extends string>(usual: Readonly<Record<Kind, number>>): Readonly<Record<Kind, number>> {
  const whole = process.env.BELIEVE_HOSTILE_BATCHES;
  if (whole === undefined) return usual;
  return Object.fromEntries(Object.keys(usual).map((kind) => [kind, Number(whole)])) as Record<Kind, number>;
}
