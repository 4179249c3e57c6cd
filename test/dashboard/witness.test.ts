import assert from 'node:assert/strict';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { askWitness } from '../../research/public/ask-witness.js';
import { serveWitness, Witness, witnessKey } from '../../research/public/witness.js';
import { signCheckpoint } from '../../shared/trust/tlog/checkpoint.js';
import { cosignersOf, parseWitnessKey, witnessVerifierKey } from '../../shared/trust/tlog/cosignature.js';
import { leafHash, nodeHash, proveConsistency, rootHash, type SubtreeHash } from '../../shared/trust/tlog/merkle.js';
import { BadNote } from '../../shared/trust/tlog/signed-note.js';
import { KEYS, temporaryFolder } from '../release/release-fixture.js';
import { ORIGIN } from './posts.js';

const NAME = 'witness.example.net/me';

function treeOf(word: string): SubtreeHash {
  const hashOf: SubtreeHash = (level, index) =>
    level === 0
      ? leafHash(Buffer.from(`${word} ${index}`))
      : nodeHash(hashOf(level - 1, 2 * index), hashOf(level - 1, 2 * index + 1));
  return hashOf;
}

describe('a witness', () => {
  const folder = temporaryFolder();
  let server: Server;
  let url: string;
  const open = () => {
    const { key } = witnessKey(folder(), NAME);
    const log = [{ name: ORIGIN, key: KEYS.state }];
    return new Witness({
      ...{ name: NAME, key, log, origin: ORIGIN, seenFile: path.join(folder(), 'seen.json') },
      nowMs: () => 1_700_000_000_000,
    });
  };
  beforeEach(async () => {
    server = await serveWitness(open(), '127.0.0.1', 0);
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    server.close();
  });

  const note = (size: number, tree = treeOf('a'), key = KEYS.state, origin = ORIGIN) =>
    signCheckpoint({ origin, size, root: rootHash(size, tree) }, [key]);
  const ask = (size: number, tree = treeOf('a'), known = 0) =>
    askWitness(url, note(size, tree), known, (old) =>
      old === 0 || old >= size
        ? []
        : proveConsistency(old, size, tree).map((hash) => Buffer.from(hash).toString('base64')),
    );
  const key = () => parseWitnessKey(witnessVerifierKey(witnessKey(folder(), NAME).witness));

  it('cosigns a log that grows, after a restart too, and its line is checked by its key', async () => {
    for (const size of [3, 3, 7, 200]) {
      const { lines, why } = await ask(size);
      assert.equal(why, null);
      assert.deepEqual([...cosignersOf(Buffer.from(`${note(size)}${lines}`), [key()])], [[NAME, 1_700_000_000]]);
      assert.throws(
        () => cosignersOf(Buffer.from(`${note(size + 1)}${lines}`), [key()]),
        BadNote,
        'of another checkpoint',
      );
    }
    server.close();
    server = await serveWitness(open(), '127.0.0.1', 0);
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    assert.equal((await ask(300)).why, null);
  });

  it('cosigns no second log, no shorter one, and none that it does not know', async () => {
    assert.equal((await ask(100)).why, null);
    assert.match((await ask(150, treeOf('b'))).why!, /^422/);
    assert.match((await ask(100, treeOf('b'))).why!, /^422/);
    assert.match((await ask(50)).why!, /^422/);
    const post = async (body: string, place = '/add-checkpoint') =>
      (await fetch(`${url}${place}`, { method: 'POST', body })).status;
    assert.equal(await post(`old 100\n\n${note(120, treeOf('a'), KEYS.stranger)}`), 403);
    assert.equal(await post(`old 7\n\n${note(120)}`), 409);
    assert.equal(await post(`old 100\nAAAA\n\n${note(120)}`), 400);
    assert.equal(await post('x'), 400);
    assert.equal(await post(`old 100\n\n${'x'.repeat(200_000)}`), 413);
    assert.equal(await post('', '/'), 404);
    assert.equal((await ask(120)).why, null, 'and goes on with its own');
  });

  it('is passed over where it is away', async () => {
    server.close();
    const { lines, why } = await askWitness('http://127.0.0.1:9', note(3), 0, () => []);
    assert.equal(lines, '');
    assert.ok(why);
  });

  it('has a key that no other kind of key is taken for', () => {
    for (const text of ['', 'a+00000000+BAAA', witnessVerifierKey(key()).replace('+B', '+A')])
      assert.throws(() => parseWitnessKey(text), BadNote);
  });
});
