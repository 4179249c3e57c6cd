import assert from 'node:assert/strict';
import type { DsseEnvelope } from '../../shared/trust/dsse.js';
import { ReleaseRefused } from '../../shared/trust/refusal.js';
import { nextRoot, RootRefused, readRoot, signRoot } from '../../shared/trust/root.js';
import { encodeStatement } from '../../shared/trust/statement.js';
import { verifyRelease } from '../../shared/trust/verify-release.js';
import {
  changedEnvelope,
  envelopeOf,
  type Input,
  KEYS,
  makeRoot,
  predicateOf,
  releaseInput,
  rootMetadataOf,
} from '../release/release-fixture.js';

describe('attack: an envelope that is signed and still not the one that was signed', () => {
  let good: Input;
  let text: string;
  before(async () => {
    good = await releaseInput();
    text = good.envelope.toString('utf8');
  });
  const refused = async (envelope: Buffer | string, reason: string, changes: Partial<Input> = {}) =>
    await assert.rejects(
      verifyRelease({ ...good, ...changes, envelope: Buffer.from(envelope) }),
      (error) => error instanceof ReleaseRefused && error.reason === reason,
    );

  it('is refused with spaces, line ends, escapes, a name twice, names in another order', async () => {
    await verifyRelease(good);
    const { payloadType, payload, signatures } = JSON.parse(text) as DsseEnvelope;
    for (const other of [
      ` ${text}`,
      `${text}\n`,
      JSON.stringify(JSON.parse(text), null, 1),
      text.replace('"payload"', '"\\u0070ayload"'),
      text.replace('/', '\\/'),
      text.replace('{', '{"payloadType":"application/x",'),
      text.replace('"keyid"', `"keyid":"${'0'.repeat(64)}","keyid"`),
      JSON.stringify({ payload, payloadType, signatures }),
      JSON.stringify({ payloadType, payload, signatures: signatures.map(({ keyid, sig }) => ({ sig, keyid })) }),
    ])
      await refused(other, 'envelope-malformed');
  });

  it('is refused with a signature too many: of a stranger, of garbage, of the same key again', async () => {
    const [signature] = (JSON.parse(text) as DsseEnvelope).signatures;
    const stranger = (
      JSON.parse(envelopeOf(encodeStatement(await predicateOf()), [KEYS.stranger]).toString()) as DsseEnvelope
    ).signatures[0]!;
    for (const extra of [stranger, { keyid: '0'.repeat(64), sig: Buffer.alloc(64).toString('base64') }, signature!])
      for (const signatures of [
        [signature!, extra],
        [extra, signature!],
      ])
        await refused(
          changedEnvelope(good.envelope, (one) => ({ ...one, signatures })),
          'extra-signature',
        );
  });

  it('is refused with more signatures than are asked for, and in another order, of keys that may sign', async () => {
    const keys = [KEYS.release, KEYS.release2].sort((a, b) => (a.keyid < b.keyid ? -1 : 1));
    const payload = encodeStatement(await predicateOf());
    const rootOf = (threshold: number) => makeRoot({ release: { keys, threshold } });
    await verifyRelease({ ...good, envelope: envelopeOf(payload, keys), root: rootOf(2) });
    await refused(envelopeOf(payload, keys), 'extra-signature', { root: rootOf(1) });
    await refused(envelopeOf(payload, [...keys].reverse()), 'extra-signature', { root: rootOf(2) });
  });

  it('is refused as a root, too', () => {
    const root = makeRoot();
    const next = signRoot(rootMetadataOf({}, { version: 2 }), [KEYS.rootA, KEYS.rootB]);
    nextRoot(root, next);
    assert.throws(() => readRoot(Buffer.from(`${next}\n`)), { name: 'MalformedEnvelope' });
    for (const keys of [
      [KEYS.rootA, KEYS.rootB, KEYS.stranger],
      [KEYS.rootA, KEYS.rootB, KEYS.rootA],
    ])
      assert.throws(() => nextRoot(root, signRoot(rootMetadataOf({}, { version: 2 }), keys)), RootRefused);
  });
});
