import assert from 'node:assert/strict';
import fc from 'fast-check';
import { packArchive } from '../../shared/trust/archive.js';
import { preAuthEncoding, signEnvelope } from '../../shared/trust/dsse.js';
import { type RefusalReason, ReleaseRefused } from '../../shared/trust/refusal.js';
import {
  encodeStatement,
  RELEASE_PAYLOAD_TYPE,
  RELEASE_PREDICATE_TYPE,
  type ReleasePredicate,
} from '../../shared/trust/statement.js';
import { type VerifiedRelease, verifyRelease } from '../../shared/trust/verify-release.js';
import {
  changedEnvelope,
  DAY_MS,
  envelopeOf,
  FILES,
  HELD_FILES,
  type Input,
  iso,
  KEYS,
  makeRoot,
  NOW_MS,
  PIN,
  PRODUCT,
  predicateOf,
  releaseInput,
  sha256,
} from './release-fixture.js';

async function refusal(input: Input): Promise<RefusalReason | 'accepted'> {
  try {
    await verifyRelease(input);
    return 'accepted';
  } catch (error) {
    if (error instanceof ReleaseRefused) return error.reason;
    throw error;
  }
}

async function refusedFor(reason: RefusalReason, input: Input): Promise<void> {
  assert.equal(await refusal(input), reason);
}

/** The good release with a statement of any shape, properly signed. */
async function signedStatement(change: (statement: Record<string, unknown>) => unknown): Promise<Input> {
  const good = await releaseInput();
  const payload = Buffer.from((JSON.parse(good.envelope.toString()) as { payload: string }).payload, 'base64');
  const changed = change(JSON.parse(payload.toString('utf8')) as Record<string, unknown>);
  return { ...good, envelope: envelopeOf(Buffer.from(JSON.stringify(changed))) };
}

describe('verifyRelease', () => {
  it('accepts a good release, hands over the signed bytes and raises the pin', async () => {
    const input = await releaseInput();
    const release: VerifiedRelease = await verifyRelease(input);
    assert.equal(release.chain, 'next');
    assert.deepEqual([...release.files], [...FILES]);
    assert.deepEqual(release.keyIds, [KEYS.release.keyid]);
    assert.deepEqual(release.nextPin, {
      ...PIN,
      counter: 7,
      payloadSha256: input.payloadSha256,
      highestSeenUtc: iso(NOW_MS),
    });
  });

  it('carries an override into the verified statement, in words only before the root listed operators', async () => {
    const decision = { verdict: 'approve' as const, by: 'ann', reason: 'four minutes of data, sample run' };
    const release = await verifyRelease(await releaseInput({ gateVerdict: 'hold', decision }, {}, HELD_FILES));
    assert.deepEqual(release.predicate.decision, decision);
  });

  describe('wrong key, bit flip', () => {
    it('refuses a release signed by a foreign key', async () => {
      const payload = encodeStatement(await predicateOf());
      await refusedFor('signature', await releaseInput({}, { envelope: envelopeOf(payload, [KEYS.stranger]) }));
    });

    it('refuses a flipped bit in payload, signature or payload type', async () => {
      const { envelope } = await releaseInput();
      const flipFirst = (text: string) => {
        const bytes = Buffer.from(text, 'base64');
        bytes[0]! ^= 1;
        return bytes.toString('base64');
      };
      const payload = changedEnvelope(envelope, (one) => ({ ...one, payload: flipFirst(one.payload) }));
      const signature = changedEnvelope(envelope, (one) => ({
        ...one,
        signatures: one.signatures.map(({ keyid, sig }) => ({ keyid, sig: flipFirst(sig) })),
      }));
      const payloadType = changedEnvelope(envelope, (one) => ({ ...one, payloadType: 'application/vnd.in-toto+jsoo' }));
      await refusedFor('signature', await releaseInput({}, { envelope: payload }));
      await refusedFor('signature', await releaseInput({}, { envelope: signature }));
      await refusedFor('payload-type', await releaseInput({}, { envelope: payloadType }));
    });

    it('refuses a signature that names another key, although it is valid', async () => {
      const { envelope } = await releaseInput();
      const mislabelled = changedEnvelope(envelope, (one) => ({
        ...one,
        signatures: one.signatures.map(({ sig }) => ({ keyid: KEYS.journal.keyid, sig })),
      }));
      await refusedFor('keyid-mislabelled', await releaseInput({}, { envelope: mislabelled }));
    });

    it('refuses one flipped bit anywhere in the envelope or the tarball', async () => {
      const good = await releaseInput();
      await fc.assert(
        fc.asyncProperty(fc.constantFrom('envelope', 'tarball'), fc.nat(), fc.nat(7), async (which, at, bit) => {
          const bytes = Buffer.from(good[which as 'envelope' | 'tarball']);
          bytes[at % bytes.length]! ^= 1 << bit;
          assert.notEqual(await refusal({ ...good, [which]: bytes }), 'accepted');
        }),
        { numRuns: 600 },
      );
    });

    it('refuses one changed byte anywhere in the envelope', async () => {
      const good = await releaseInput();
      for (let at = 0; at < good.envelope.length; at++) {
        const envelope = Buffer.from(good.envelope);
        envelope[at]! ^= 0xff;
        assert.notEqual(await refusal({ ...good, envelope }), 'accepted', `byte ${at}`);
      }
    });
  });

  describe('role confusion', () => {
    it('refuses a release signed by the journal or the state key, and says so', async () => {
      const payload = encodeStatement(await predicateOf());
      await refusedFor('wrong-role', await releaseInput({}, { envelope: envelopeOf(payload, [KEYS.journal]) }));
      await refusedFor('wrong-role', await releaseInput({}, { envelope: envelopeOf(payload, [KEYS.state]) }));
    });

    it('refuses what the release key signed as something else', async () => {
      const payload = encodeStatement(await predicateOf());
      const asBatch = envelopeOf(payload, [KEYS.release], 'application/vnd.believe.batch+json');
      await refusedFor('payload-type', await releaseInput({}, { envelope: asBatch }));
      await refusedFor(
        'predicate-type',
        await signedStatement((statement) => ({ ...statement, predicateType: 'https://slsa.dev/provenance/v1' })),
      );
    });

    it('refuses a statement of another form', async () => {
      const unknownField = (statement: Record<string, unknown>) => ({ ...statement, extra: 1 });
      const noSubject = (statement: Record<string, unknown>) => ({ ...statement, subject: [] });
      const otherSubject = (statement: Record<string, unknown>) => ({
        ...statement,
        subject: [{ name: 'believe-v7.tar.gz', digest: { sha256: sha256('other') } }],
      });
      const heldWithoutDecision = (statement: Record<string, unknown>) => ({
        ...statement,
        predicate: { ...(statement.predicate as object), gateVerdict: 'hold' },
      });
      for (const change of [unknownField, noSubject, otherSubject, heldWithoutDecision]) {
        await refusedFor('statement-malformed', await signedStatement(change));
      }
      const type = { predicateType: RELEASE_PREDICATE_TYPE };
      await refusedFor('statement-malformed', await signedStatement(() => type));
      await refusedFor('predicate-type', await signedStatement(() => null));
      await refusedFor(
        'statement-malformed',
        await releaseInput({}, { envelope: envelopeOf(Buffer.from([0xff, 0xfe, 0x00])) }),
      );
    });
  });

  describe('threshold cheat', () => {
    const twoOfTwo = { release: { keys: [KEYS.release, KEYS.release2], threshold: 2 } };

    it('counts distinct keys: the same key twice is one', async () => {
      const payload = encodeStatement(await predicateOf());
      const twice = envelopeOf(payload, [KEYS.release, KEYS.release]);
      const renamed = changedEnvelope(twice, (one) => ({
        ...one,
        signatures: one.signatures.map(({ sig }, index) => ({
          keyid: index === 0 ? KEYS.release.keyid : KEYS.release2.keyid,
          sig,
        })),
      }));
      const root = makeRoot(twoOfTwo);
      await refusedFor('signature', await releaseInput({}, { envelope: twice, root }));
      await refusedFor('signature', await releaseInput({}, { envelope: renamed, root }));
      const inOrder = [KEYS.release, KEYS.release2].sort((a, b) => (a.keyid < b.keyid ? -1 : 1));
      const both = envelopeOf(payload, inOrder);
      assert.equal(await refusal(await releaseInput({}, { envelope: both, root })), 'accepted');
    });

    it('refuses a stranger beside enough release keys', async () => {
      const payload = encodeStatement(await predicateOf());
      const envelope = envelopeOf(payload, [KEYS.stranger, KEYS.release]);
      await refusedFor('extra-signature', await releaseInput({}, { envelope }));
    });
  });

  describe('rollback, replay', () => {
    it('refuses v6 after v7', async () => {
      await refusedFor('rollback', await releaseInput({ counter: 5, modelVersion: 5 }));
    });

    it('verifies the pinned release again, for the swap after the delivery', async () => {
      const input = await releaseInput();
      const first = await verifyRelease(input);
      const again = await verifyRelease({ ...input, pin: first.nextPin });
      assert.equal(again.chain, 'same');
      assert.deepEqual(again.nextPin, first.nextPin);
    });

    it('refuses another payload under the pinned counter', async () => {
      const first = await verifyRelease(await releaseInput());
      const other = await releaseInput({ codeCommit: 'bad' }, { pin: first.nextPin });
      await refusedFor('equivocation', other);
    });

    it('refuses a release that does not follow the pinned one although its counter does', async () => {
      await refusedFor('fork', await releaseInput({ prevRelease: sha256('another 6') }));
      await refusedFor('fork', await releaseInput({ counter: 9, prevRelease: null }));
    });

    it('notices that releases in between were never seen', async () => {
      const input = await releaseInput({ counter: 9, prevRelease: sha256('payload 8') });
      assert.equal((await verifyRelease(input)).chain, 'gap');
    });

    it('lets a restart load the live release while a newer one waits for its open, and nothing else', async () => {
      const live = await releaseInput();
      const pin = { ...PIN, counter: 8, payloadSha256: sha256('payload 8') };
      const alreadyLive = { payloadSha256: live.payloadSha256, alreadyLive: true };
      const loaded = await verifyRelease({ ...live, pin, expected: alreadyLive });
      assert.equal(loaded.chain, 'already-live');
      assert.equal(loaded.nextPin?.counter, 8);
      await refusedFor('rollback', { ...live, pin, expected: { alreadyLive: true } });
      const other = await releaseInput({ codeCommit: 'bad' });
      await refusedFor('not-the-expected-release', { ...other, pin, expected: alreadyLive });
    });

    it('refuses a root of trust older than the one seen before', async () => {
      await refusedFor('root-rollback', await releaseInput({}, { pin: { ...PIN, rootVersion: 2 } }));
    });
  });

  describe('fast-forward', () => {
    const burnt = { ...PIN, counter: Number.MAX_SAFE_INTEGER, payloadSha256: sha256('thief') };

    it('leaves no counter above 2^53 - 1, until a root of a higher epoch', async () => {
      await refusedFor('rollback', await releaseInput({}, { pin: burnt }));
      const release = await verifyRelease(
        await releaseInput({ epoch: 2 }, { pin: burnt, root: makeRoot({}, { version: 2, epoch: 2 }) }),
      );
      assert.equal(release.chain, 'new-epoch');
      assert.deepEqual([release.nextPin?.epoch, release.nextPin?.counter, release.nextPin?.rootVersion], [2, 7, 2]);
    });

    it('refuses a counter that JSON cannot hold exactly', async () => {
      const tooHigh = await signedStatement((statement) => ({
        ...statement,
        predicate: { ...(statement.predicate as object), counter: 2 ** 53 },
      }));
      await refusedFor('statement-malformed', tooHigh);
    });

    it('refuses releases of the epoch that the root has closed, and of one that it has not opened', async () => {
      await refusedFor('epoch-mismatch', await releaseInput({}, { root: makeRoot({}, { version: 2, epoch: 2 }) }));
      await refusedFor('epoch-mismatch', await releaseInput({ epoch: 2 }));
    });
  });

  describe('freeze', () => {
    it('refuses a release past its expiry, to the millisecond', async () => {
      const expires = iso(NOW_MS);
      await refusedFor('expired', await releaseInput({ expires }));
      assert.equal(await refusal(await releaseInput({ expires }, { nowMs: NOW_MS - 1 })), 'accepted');
    });

    it('refuses when the clock was set back behind an earlier verification', async () => {
      await refusedFor('clock-set-back', await releaseInput({}, { nowMs: NOW_MS - 2 * DAY_MS }));
    });

    it('measures expiry by the latest time seen, so that a small step back gains nothing', async () => {
      const pin = { ...PIN, highestSeenUtc: iso(NOW_MS + 60_000) };
      await refusedFor('expired', await releaseInput({ expires: iso(NOW_MS + 30_000) }, { pin }));
    });

    it('refuses a release from the future of this clock', async () => {
      await refusedFor('issued-in-future', await releaseInput({ issued: iso(NOW_MS + DAY_MS) }));
    });

    it('refuses under an expired root', async () => {
      await refusedFor('root-expired', await releaseInput({}, { root: makeRoot({}, { expires: iso(NOW_MS) }) }));
    });
  });

  describe('mix-and-match', () => {
    it('refuses the envelope of v7 with the tarball of v6', async () => {
      const sameSize = new Map(FILES).set('heads/F2_dom.onnx', Buffer.from(FILES.get('heads/F2_dom.onnx')!).reverse());
      const older = await packArchive(sameSize);
      const good = await releaseInput();
      await refusedFor(older.length === good.tarball.length ? 'archive-hash' : 'archive-size', {
        ...good,
        tarball: older,
      });
      const flipped = Buffer.from(good.tarball);
      flipped[flipped.length - 5]! ^= 1;
      await refusedFor('archive-hash', { ...good, tarball: flipped });
    });

    it('refuses a genuine release that is not the one asked for', async () => {
      const good = await releaseInput();
      for (const expected of [
        { shipId: 'ship/8' },
        { modelVersion: 8 },
        { counter: 8 },
        { payloadSha256: sha256('x') },
      ]) {
        await refusedFor('not-the-expected-release', { ...good, expected });
      }
      const { payloadSha256 } = good;
      const expected = { shipId: 'ship/7~0a1b2c3d', modelVersion: 7, counter: 7, payloadSha256 };
      assert.equal(await refusal({ ...good, expected }), 'accepted');
    });

    it('refuses a feature schema or gate report that is not the signed one', async () => {
      await refusedFor('feature-schema', await releaseInput({ featureSchemaSha256: sha256('older schema') }));
      await refusedFor('gate-report', await releaseInput({ gateReportSha256: sha256('older report') }));
    });

    it('refuses a release that was trained for another product, or does not say for which', async () => {
      const expected = { product: PRODUCT };
      await verifyRelease(await releaseInput({}, { expected }));
      const others: (ReleasePredicate['product'] | undefined)[] = [
        { ...PRODUCT, symbol: 'NQ' },
        { ...PRODUCT, exchange: 'CBOT' },
        { ...PRODUCT, tickSize: 0.1 },
        { ...PRODUCT, multiplier: 5 },
        undefined,
      ];
      for (const product of others) await refusedFor('other-product', await releaseInput({ product }, { expected }));
    });

    it('verifies, for an auditor, a release that was signed before products were named', async () => {
      const { predicate } = await verifyRelease(await releaseInput({ product: undefined }));
      assert.equal(predicate.product, undefined);
    });

    it('refuses a feature schema that this machine does not compute', async () => {
      const expected = { featureSchemaSha256: sha256('the schema of this build') };
      await refusedFor('feature-schema', await releaseInput({}, { expected }));
    });
  });

  describe('endless data, truncation', () => {
    it('refuses an envelope beyond its limit without reading it as JSON', async () => {
      await refusedFor('envelope-malformed', await releaseInput({}, { envelope: Buffer.alloc(2 ** 20 + 1, 0x20) }));
    });

    it('refuses a tarball that goes on behind the signed size', async () => {
      const good = await releaseInput();
      await refusedFor('archive-size', { ...good, tarball: Buffer.concat([good.tarball, Buffer.alloc(1)]) });
    });

    it('refuses envelope or tarball cut anywhere', async () => {
      const good = await releaseInput();
      await fc.assert(
        fc.asyncProperty(fc.constantFrom('envelope', 'tarball'), fc.nat(), async (which, at) => {
          const bytes = good[which as 'envelope' | 'tarball'];
          const cut = bytes.subarray(0, at % bytes.length);
          assert.notEqual(await refusal({ ...good, [which]: cut }), 'accepted');
        }),
        { numRuns: 400 },
      );
    });
  });

  it('never throws anything but a typed refusal, whatever the bytes', async () => {
    const good = await releaseInput();
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), fc.json(), async (bytes, json) => {
        for (const envelope of [Buffer.from(bytes), Buffer.from(json), envelopeOf(Buffer.from(json))]) {
          assert.notEqual(await refusal({ ...good, envelope }), 'accepted');
        }
      }),
      { numRuns: 100 },
    );
  });

  it('signs over the payload type: moving a signature to another type breaks it', () => {
    const payload = Buffer.from('{}');
    const [one, other] = [RELEASE_PAYLOAD_TYPE, 'text/plain'].map((type) =>
      signEnvelope(type, payload, [KEYS.release]),
    );
    assert.notEqual(one!.signatures[0]!.sig, other!.signatures[0]!.sig);
    assert.notDeepEqual(preAuthEncoding('a', Buffer.from('b c')), preAuthEncoding('a b', Buffer.from('c')));
  });
});
