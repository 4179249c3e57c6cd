import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Payload } from '@temporalio/common';
import proto from '@temporalio/proto';
import fc from 'fast-check';
import { EncryptingCodec } from '../../temporal/encrypting-codec.js';
import {
  addPayloadKey,
  makePayloadKeys,
  PayloadKeys,
  payloadKeyFacts,
  usePayloadKey,
} from '../../temporal/payload-keys.js';

const payloads = fc.array(
  fc.record({
    metadata: fc.dictionary(fc.string({ maxLength: 20 }), fc.uint8Array({ maxLength: 30 }), { maxKeys: 4 }),
    data: fc.uint8Array({ maxLength: 300 }),
  }),
  { maxLength: 4 },
);
const plain = { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('"a word"') };

describe('encrypted payloads', () => {
  let folder: string;
  let file: string;
  let codec: EncryptingCodec;
  let required: EncryptingCodec;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'believe-codec-'));
    file = path.join(folder, 'keys.json');
    makePayloadKeys(file, 0);
    codec = new EncryptingCodec(new PayloadKeys(file), false);
    required = new EncryptingCodec(new PayloadKeys(file), true);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const refused = (payload: Payload, by = codec) => assert.rejects(by.decode([payload]), { type: 'PayloadUnreadable' });
  const sealed = async (payload: Payload = plain) => (await codec.encode([payload]))[0]!;

  it('come back as they were, whatever they are', () =>
    fc.assert(
      fc.asyncProperty(payloads, async (given) => {
        const back = await required.decode(await codec.encode(given));
        const bytes = (one: Payload) =>
          Buffer.from(proto.temporal.api.common.v1.Payload.encode(one).finish()).toString('hex');
        assert.deepEqual(back.map(bytes), given.map(bytes));
      }),
    ));

  it('differ each time, and show their labels alone', async () => {
    const [one, other] = [await sealed(), await sealed()];
    assert.notDeepEqual(one.data, other.data);
    assert.deepEqual(Object.keys(one.metadata!).sort(), ['encoding', 'encryption-key-id', 'encryption-version']);
    assert.ok(!Buffer.from(one.data!).includes('a word') && !Buffer.from(one.data!).includes('json'));
  });

  it('are refused with any bit flipped, in data, labels and names of labels', async () => {
    const good = await sealed();
    for (let bit = 0; bit < good.data!.length * 8; bit++) await refused({ ...good, data: flipped(good.data!, bit) });
    for (const [name, value] of Object.entries(good.metadata!)) {
      for (let bit = 0; bit < value.length * 8; bit++)
        await refused({ ...good, metadata: { ...good.metadata, [name]: flipped(value, bit) } });
      const { [name]: _taken, ...others } = good.metadata!;
      await refused({ ...good, metadata: others });
      for (let bit = 0; bit < name.length * 8; bit++)
        await refused({
          ...good,
          metadata: { ...others, [Buffer.from(flipped(Buffer.from(name), bit)).toString('latin1')]: value },
        });
    }
  });

  it('are refused cut off, prolonged, relabelled, or with a label more', () =>
    fc.assert(
      fc.asyncProperty(fc.nat(60), fc.constantFrom('json/plain', 'binary/plain', ''), async (bytes, encoding) => {
        const good = await sealed();
        await refused({ ...good, data: good.data!.subarray(0, good.data!.length - 1 - bytes) });
        await refused({ ...good, data: Buffer.concat([good.data!, Buffer.alloc(1 + bytes)]) });
        await refused({ ...good, data: undefined });
        await refused({ ...good, metadata: { ...good.metadata, encoding: Buffer.from(encoding) } });
        await refused({ ...good, metadata: { ...good.metadata, [`more${bytes}`]: Buffer.alloc(1) } });
      }),
      { numRuns: 20 },
    ));

  it('are refused under the id of another key that is there', async () => {
    const good = await sealed();
    const other = (await addPayloadKey(file, 1, false)).at(-1)!.id;
    await refused({ ...good, metadata: { ...good.metadata, 'encryption-key-id': Buffer.from(other) } });
    assert.deepEqual(await codec.decode([good]), await required.decode([good]));
  });

  it('are read whatever key encrypted them, over any sequence of rotations, by processes that run all the while', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom('rotate', 'add', 'back'), { maxLength: 8 }), async (steps) => {
        const own = path.join(folder, `${Math.random()}.json`);
        const first = makePayloadKeys(own, 0)[0]!.id;
        let nowMs = 0;
        const running = new EncryptingCodec(new PayloadKeys(own, () => nowMs), true);
        const written = [...(await running.encode([plain]))];
        for (const step of steps) {
          const facts = await (step === 'back' ? usePayloadKey(own, first) : addPayloadKey(own, 1, step === 'rotate'));
          nowMs += 1000;
          const [now] = await running.encode([plain]);
          const current = facts.find(({ isCurrent }) => isCurrent)!.id;
          assert.equal(Buffer.from(now!.metadata!['encryption-key-id']!).toString(), current);
          written.push(now!, ...(await new EncryptingCodec(new PayloadKeys(own), true).encode([plain])));
        }
        for (const reader of [running, new EncryptingCodec(new PayloadKeys(own), true)])
          for (const one of await reader.decode(written)) assert.deepEqual(Buffer.from(one.data!), plain.data);
      }),
      { numRuns: 15 },
    ));

  it('that nobody has encrypted are read, unless encryption is required', async () => {
    assert.deepEqual(await codec.decode([plain]), [plain]);
    await refused(plain, required);
  });

  it('of a key that is not here say which', async () => {
    const good = await sealed();
    const other = path.join(folder, 'other.json');
    makePayloadKeys(other, 0);
    const stranger = new EncryptingCodec(new PayloadKeys(other), false);
    const id = Buffer.from(good.metadata!['encryption-key-id']!).toString();
    await assert.rejects(stranger.decode([good]), {
      type: 'PayloadUnreadable',
      message: new RegExp(`needs key ${id}`),
    });
  });

  describe('and their key file', () => {
    it('is for its user only, and is refused when others can read it', async () => {
      if (process.platform === 'win32') return;
      assert.equal(statSync(file).mode & 0o777, 0o600);
      chmodSync(file, 0o640);
      assert.throws(() => new PayloadKeys(file), { type: 'KeyExposed' });
      await assert.rejects(addPayloadKey(file, 0, true), { type: 'KeyExposed' });
    });

    it('is never made anew over one that is there', () => {
      assert.throws(() => makePayloadKeys(file, 0), { type: 'Usage' });
    });

    it('keeps every key, over changes at once', async () => {
      const added = await Promise.allSettled(Array.from({ length: 5 }, () => addPayloadKey(file, 0, true)));
      const made = added.flatMap((one) => (one.status === 'fulfilled' ? [one.value.at(-1)!.id] : []));
      const kept = payloadKeyFacts(file).map(({ id }) => id);
      for (const id of made) assert.ok(kept.includes(id));
      assert.equal(kept.length, made.length + 1);
    });

    it('is refused in words, without what stands in it, when it is missing or damaged', () => {
      assert.throws(() => new PayloadKeys(path.join(folder, 'none')), { type: 'BadKey', message: /no such file/ });
      const good = JSON.parse(readFileSync(file, 'utf8'));
      const [key] = good.keys;
      for (const bad of [
        'secretsecret',
        '[]',
        { ...good, current: '0'.repeat(16) },
        { ...good, keys: [] },
        { ...good, keys: [key, key] },
        { ...good, keys: [{ ...key, key: `${'A'.repeat(43)}=` }] },
        { ...good, keys: [{ ...key, key: 'secretsecret' }] },
        { ...good, v: 2 },
      ]) {
        writeFileSync(file, typeof bad === 'string' ? bad : JSON.stringify(bad), { mode: 0o600 });
        assert.throws(
          () => new PayloadKeys(file),
          (error: Error & { type: string }) =>
            error.type === 'BadKey' && !/secretsecret/.test(error.message) && !error.message.includes(key.key),
        );
      }
    });

    it('may be away for a moment: a process that runs goes on with what it has read', async () => {
      const good = await sealed();
      rmSync(file);
      await new Promise((resolve) => setTimeout(resolve, 1100));
      assert.equal((await codec.decode([good, await sealed()])).length, 2);
    });
  });
});

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = Buffer.from(bytes);
  copy[bit >> 3]! ^= 1 << (bit & 7);
  return copy;
}
