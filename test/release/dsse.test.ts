import assert from 'node:assert/strict';
import { verify } from 'node:crypto';
import nacl from 'tweetnacl';
import {
  type DsseEnvelope,
  encodeEnvelope,
  MalformedEnvelope,
  parseEnvelope,
  preAuthEncoding,
  signEnvelope,
  verifySignatures,
} from '../../shared/trust/dsse.js';
import {
  BadKey,
  publicKeyPem,
  type SigningKey,
  signingKeyFromPem,
  signingKeyPem,
  verifyingKey,
} from '../../shared/trust/ed25519-key.js';
import { KEYS, sha256 } from './release-fixture.js';

const TYPE = 'application/vnd.believe.test';
const PAYLOAD = Buffer.from('{"a":1}');
const verifying = (key: SigningKey) => verifyingKey(key.spkiDer);

/** Order of the Ed25519 group, as the little-endian number that S is. */
const GROUP_ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

/** The same signature with S + L in place of S: the classic second form of a valid Ed25519 signature. */
function malleated(signature: Buffer): Buffer {
  const s = BigInt(`0x${Buffer.from(signature.subarray(32)).reverse().toString('hex')}`) + GROUP_ORDER;
  const bytes = Buffer.from(s.toString(16).padStart(64, '0'), 'hex').reverse();
  return Buffer.concat([signature.subarray(0, 32), bytes]);
}

describe('a DSSE envelope', () => {
  it('encodes what is signed as the specification shows', () => {
    const example = preAuthEncoding('http://example.com/HelloWorld', Buffer.from('hello world'));
    assert.equal(example.toString(), 'DSSEv1 29 http://example.com/HelloWorld 11 hello world');
  });

  it('counts lengths in bytes', () => {
    assert.equal(preAuthEncoding('é', Buffer.from('€')).toString(), 'DSSEv1 2 é 3 €');
  });

  it('is the same each time it is signed', () => {
    assert.deepEqual(signEnvelope(TYPE, PAYLOAD, [KEYS.release]), signEnvelope(TYPE, PAYLOAD, [KEYS.release]));
  });

  it('survives being written and read', () => {
    const envelope = signEnvelope(TYPE, PAYLOAD, [KEYS.release, KEYS.journal]);
    assert.deepEqual(parseEnvelope(encodeEnvelope(envelope)), envelope);
  });

  it('refuses the malleated signature S + L, which tweetnacl alone would accept', () => {
    const envelope = signEnvelope(TYPE, PAYLOAD, [KEYS.release]);
    const second = malleated(Buffer.from(envelope.signatures[0]!.sig, 'base64'));
    const message = preAuthEncoding(TYPE, PAYLOAD);
    const rawPublicKey = KEYS.release.spkiDer.subarray(-32);
    assert.equal(nacl.sign.detached.verify(message, second, rawPublicKey), true, 'the attack works on tweetnacl');
    assert.equal(verify(null, message, verifying(KEYS.release).publicKey, second), false);
    const forged = { ...envelope, signatures: [{ keyid: KEYS.release.keyid, sig: second.toString('base64') }] };
    assert.equal(verifySignatures(forged, [verifying(KEYS.release)], 1).met, false);
  });

  it('counts distinct keys, whatever the keyids say', () => {
    const keys = [KEYS.rootA, KEYS.rootB].map(verifying);
    const relabel = (envelope: DsseEnvelope, keyids: string[]): DsseEnvelope => ({
      ...envelope,
      signatures: envelope.signatures.map(({ sig }, index) => ({ keyid: keyids[index]!, sig })),
    });
    const same = signEnvelope(TYPE, PAYLOAD, [KEYS.rootA, KEYS.rootA]);
    const asTwo = verifySignatures(relabel(same, [KEYS.rootA.keyid, KEYS.rootB.keyid]), keys, 2);
    assert.deepEqual(asTwo, { met: false, keyIds: [KEYS.rootA.keyid], mislabelled: true, surplus: true });
    const two = signEnvelope(TYPE, PAYLOAD, [KEYS.rootA, KEYS.rootB]);
    const asOne = verifySignatures(relabel(two, [KEYS.rootA.keyid, KEYS.rootA.keyid]), keys, 2);
    assert.deepEqual([asOne.met, asOne.keyIds.length], [true, 2]);
  });

  it('counts a key that is listed twice once', () => {
    const envelope = signEnvelope(TYPE, PAYLOAD, [KEYS.rootA]);
    const listedTwice = [KEYS.rootA, KEYS.rootA].map(verifying);
    assert.equal(verifySignatures(envelope, listedTwice, 2).met, false);
  });

  it('never meets a threshold of nothing', () => {
    assert.equal(verifySignatures(signEnvelope(TYPE, PAYLOAD, [KEYS.stranger]), [], 0).met, false);
  });

  it('refuses signatures of any other length', () => {
    const envelope = signEnvelope(TYPE, PAYLOAD, [KEYS.release]);
    for (const sig of ['', 'AA==', Buffer.alloc(128).toString('base64')]) {
      const odd = { ...envelope, signatures: [{ keyid: KEYS.release.keyid, sig }] };
      assert.equal(verifySignatures(odd, [verifying(KEYS.release)], 1).met, false);
    }
  });

  it('refuses every other form of the JSON', () => {
    const good = signEnvelope(TYPE, PAYLOAD, [KEYS.release]);
    const [signature] = good.signatures;
    const many = Array.from({ length: 17 }, () => signature);
    const forms: unknown[] = [
      null,
      [],
      {},
      { ...good, extra: 1 },
      { ...good, signatures: [] },
      { ...good, signatures: many },
      { ...good, signatures: [{ sig: signature!.sig }] },
      { ...good, signatures: [{ ...signature, cert: 'x' }] },
      { ...good, payload: 'e30' },
      { ...good, payload: 'e31=' },
      { ...good, payload: '_-8=' },
      { ...good, payload: 7 },
    ];
    for (const form of forms) {
      assert.throws(() => parseEnvelope(Buffer.from(JSON.stringify(form))), MalformedEnvelope, JSON.stringify(form));
    }
    assert.throws(() => parseEnvelope(Buffer.from([0xef, 0xbb, 0xbf, ...encodeEnvelope(good)])), MalformedEnvelope);
    assert.throws(() => parseEnvelope(Buffer.from([0x22, 0xff, 0x22])), MalformedEnvelope);
  });
});

describe('an Ed25519 key', () => {
  it('has the sha256 of its SPKI DER as keyid', () => {
    assert.equal(KEYS.release.keyid, sha256(KEYS.release.spkiDer));
    assert.equal(verifying(KEYS.release).keyid, KEYS.release.keyid);
  });

  it('survives being written and read as PEM', () => {
    assert.deepEqual(signingKeyFromPem(signingKeyPem(KEYS.release)), KEYS.release);
    const der = Buffer.from(publicKeyPem(KEYS.release).split('\n')[1]!, 'base64');
    assert.deepEqual(der, KEYS.release.spkiDer);
  });

  it('is refused in any other encoding, and where it is another kind of key', () => {
    assert.throws(() => verifyingKey(KEYS.release.spkiDer.subarray(1)), BadKey);
    assert.throws(() => verifyingKey(Buffer.concat([KEYS.release.spkiDer, Buffer.alloc(1)])), BadKey);
    assert.throws(() => signingKeyFromPem('no key'), BadKey);
    assert.throws(() => signingKeyFromPem(publicKeyPem(KEYS.release)), BadKey);
  });
});
