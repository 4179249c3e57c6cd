import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { LogDamaged, TileLog } from '../../research/receive/tile-log.js';
import { signingKeyFromPem, signingKeyPem } from '../../shared/trust/ed25519-key.js';
import { openCheckpoint, signCheckpoint } from '../../shared/trust/tlog/checkpoint.js';
import {
  EMPTY_ROOT,
  isConsistent,
  isIncluded,
  leafHash,
  nodeHash,
  proveConsistency,
  proveInclusion,
  rootHash,
  type SubtreeHash,
  TreeEdge,
} from '../../shared/trust/tlog/merkle.js';
import { BadNote, openNote, signNote, verifierKey } from '../../shared/trust/tlog/signed-note.js';
import { entriesIn, tileInTree, tilePath, tilesOfNewEntry } from '../../shared/trust/tlog/tiles.js';
import { KEYS, makeRoot, sha256, temporaryFolder } from '../release/release-fixture.js';
import { RECEIPT_ROOT } from './broker-rig.js';
import { buildGoChecker } from './go-checker.js';

interface Vectors {
  trees: { size: number; root: string; inclusion: Record<string, string[]>; consistency: Record<string, string[]> }[];
  tiles: Record<string, string>;
  seed: string;
  name: string;
  verifierKey: string;
  text: string;
  note: string;
}

const HERE = path.join(process.cwd(), 'test/path');
const vectors = JSON.parse(readFileSync(path.join(HERE, 'go-tlog-vectors.json'), 'utf8')) as Vectors;
const entry = (n: number) => Buffer.from(sha256(String(n)), 'hex');
const hashesIn = (texts: readonly string[]) => texts.map((text) => Uint8Array.from(Buffer.from(text, 'base64')));

/** By the definition, entry for entry. */
function treeOf(leaves: readonly Uint8Array[]): SubtreeHash {
  const hashOf: SubtreeHash = (level, index) =>
    level === 0 ? leaves[index]! : nodeHash(hashOf(level - 1, 2 * index), hashOf(level - 1, 2 * index + 1));
  return hashOf;
}
const LEAVES = Array.from({ length: 600 }, (_, n) => leafHash(entry(n)));
const TREE = treeOf(LEAVES);

function flipped(hash: Uint8Array, bit: number): Uint8Array {
  const other = Uint8Array.from(hash);
  other[bit >> 3]! ^= 1 << (bit & 7);
  return other;
}

describe('the Merkle tree', () => {
  it('has the roots and the proofs that Go computes', () => {
    assert.equal(Buffer.from(EMPTY_ROOT).toString('hex'), sha256(''));
    for (const { size, root, inclusion, consistency } of vectors.trees) {
      const computed = rootHash(size, TREE);
      assert.equal(Buffer.from(computed).toString('base64'), root, `root of ${size}`);
      for (const [index, proof] of Object.entries(inclusion)) {
        assert.deepEqual(proveInclusion(Number(index), size, TREE), hashesIn(proof), `${index} of ${size}`);
        assert.ok(isIncluded(LEAVES[Number(index)]!, Number(index), size, computed, hashesIn(proof)));
      }
      for (const [old, proof] of Object.entries(consistency)) {
        assert.deepEqual(proveConsistency(Number(old), size, TREE), hashesIn(proof), `${old} in ${size}`);
        assert.ok(isConsistent(Number(old), rootHash(Number(old), TREE), size, computed, hashesIn(proof)));
      }
    }
  });

  it('proves every entry and every earlier size, and no other', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(), fc.nat(), fc.nat({ max: 255 }), (size, a, b, bit) => {
        const index = a % size;
        const old = (b % size) + 1;
        const root = rootHash(size, TREE);
        const inclusion = proveInclusion(index, size, TREE);
        assert.ok(isIncluded(LEAVES[index]!, index, size, root, inclusion));
        assert.ok(!isIncluded(flipped(LEAVES[index]!, bit), index, size, root, inclusion));
        assert.ok(!isIncluded(LEAVES[index]!, index, size, flipped(root, bit), inclusion));
        assert.ok(!isIncluded(LEAVES[index]!, index, size, root, [...inclusion, root]));
        assert.ok(!isIncluded(LEAVES[index]!, size, size, root, inclusion));
        if (size > 1) assert.ok(!isIncluded(LEAVES[index]!, (index + 1) % size, size, root, inclusion));
        const consistency = proveConsistency(old, size, TREE);
        const oldRoot = rootHash(old, TREE);
        assert.ok(isConsistent(old, oldRoot, size, root, consistency));
        assert.ok(!isConsistent(old, flipped(oldRoot, bit), size, root, consistency));
        assert.ok(!isConsistent(old, oldRoot, size, flipped(root, bit), consistency));
        assert.ok(!isConsistent(old, oldRoot, size, root, [...consistency, root]));
        for (const proof of [inclusion, consistency])
          for (let at = 0; at < proof.length; at++) {
            const wrong = proof.with(at, flipped(proof[at]!, bit));
            if (proof === inclusion) assert.ok(!isIncluded(LEAVES[index]!, index, size, root, wrong));
            else assert.ok(!isConsistent(old, oldRoot, size, root, wrong));
          }
      }),
      { numRuns: 200 },
    );
  });

  it('goes on from its edge alone', () => {
    let edge = TreeEdge.empty;
    for (const [n, leaf] of LEAVES.entries()) {
      assert.deepEqual(edge.root(), rootHash(n, TREE), `${n}`);
      edge = TreeEdge.of(edge.size, edge.hashes).with(leaf);
    }
    assert.throws(() => TreeEdge.of(3, edge.hashes), RangeError);
  });
});

describe('tiles', () => {
  it('lie where C2SP and Go say', () => {
    for (const [name, tile] of Object.entries(vectors.tiles)) {
      const [level, index, width] = tile.split('/').map(Number) as [number, number, number];
      assert.equal(tilePath({ level, index, width }), name);
    }
    assert.equal(tilePath({ level: 1, index: 1_234_067, width: 17 }), 'tile/1/x001/x234/067.p/17');
  });

  it('are those of the example in the specification', () => {
    const width = (level: number, index: number) => tileInTree(level, index, 70_000)?.width ?? 0;
    assert.deepEqual([width(0, 272), width(0, 273), width(0, 274)], [256, 112, 0]);
    assert.deepEqual([width(1, 0), width(1, 1), width(2, 0), width(2, 1), width(3, 0)], [256, 17, 1, 0, 0]);
    assert.deepEqual(tilesOfNewEntry(255), [
      { level: 0, index: 0, width: 256 },
      { level: 1, index: 0, width: 1 },
    ]);
  });

  it('of entries that are cut off are refused', () => {
    assert.throws(() => entriesIn(Buffer.from('0003aabb', 'hex')), RangeError);
    assert.throws(() => entriesIn(Buffer.from('00', 'hex')), RangeError);
  });
});

describe('a signed note', () => {
  const prefix = Buffer.from('302e020100300506032b657004220420', 'hex');
  const der = Buffer.concat([prefix, Buffer.from(vectors.seed, 'hex')]).toString('base64');
  const key = signingKeyFromPem(`-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n`);
  const signer = { name: vectors.name, key };

  it('has the bytes that Go writes, and its key the name that Go reads', () => {
    assert.equal(signNote(vectors.text, [signer]), vectors.note);
    assert.equal(verifierKey(signer), vectors.verifierKey);
    assert.equal(openNote(Buffer.from(vectors.note), [signer]).text, vectors.text);
  });

  it('is refused when a bit of it is another', () => {
    const bytes = Buffer.from(vectors.note);
    for (let bit = 0; bit < bytes.length * 8; bit++)
      assert.throws(() => openNote(flipped(bytes, bit), [signer]), BadNote, `bit ${bit}`);
  });

  it('counts keys that are known, and passes over those that are not', () => {
    const other = { name: 'other', key: KEYS.stranger };
    const both = Buffer.from(signNote('a\n', [other, signer]));
    assert.deepEqual(openNote(both, [signer]).signers, [signer]);
    assert.deepEqual(openNote(both, [signer, other]).signers, [signer, other]);
    assert.throws(() => openNote(Buffer.from(signNote('a\n', [other])), [signer]), BadNote);
    assert.throws(() => openNote(Buffer.from(signNote('a\n', [{ ...other, name: vectors.name }])), [signer]), BadNote);
    for (const text of ['', 'a', 'a\tb\n', 'a\0\n']) assert.throws(() => signNote(text, [signer]), BadNote);
    for (const name of ['', 'a b', 'a+b']) assert.throws(() => signNote('a\n', [{ name, key }]), BadNote);
  });

  it('is a checkpoint only where it says origin, size and root, by the keys of the role', () => {
    const role = RECEIPT_ROOT.roles.receipt;
    const root = sha256('root');
    const checkpoint = { origin: 'log', size: 7, root: Uint8Array.from(Buffer.from(root, 'hex')) };
    const note = signCheckpoint(checkpoint, [KEYS.receipt]);
    assert.deepEqual(openCheckpoint(Buffer.from(note), 'log', role), checkpoint);
    const opened = (text: string, origin = 'log', by = role, signedBy = [KEYS.receipt]) =>
      openCheckpoint(
        Buffer.from(
          signNote(
            text,
            signedBy.map((one) => ({ name: origin, key: one })),
          ),
        ),
        origin,
        by,
      );
    const hash = Buffer.from(checkpoint.root).toString('base64');
    for (const text of [
      'log\n',
      `log\n07\n${hash}\n`,
      `log\n-1\n${hash}\n`,
      `log\n7\n${hash}\nmore\n`,
      'log\n7\nabc\n',
      `other\n7\n${hash}\n`,
    ])
      assert.throws(() => opened(text), BadNote, text);
    assert.throws(() => opened(`log\n7\n${hash}\n`, 'log', role, [KEYS.journal]), BadNote, 'another role');
    const two = makeRoot({ receipt: { keys: [KEYS.receipt, KEYS.stranger], threshold: 2 } }).roles.receipt;
    assert.throws(() => opened(`log\n7\n${hash}\n`, 'log', two), BadNote, 'one of two');
    assert.throws(() => opened(`log\n7\n${hash}\n`, 'log', two, [KEYS.receipt, KEYS.receipt]), BadNote, 'one twice');
    assert.equal(opened(`log\n7\n${hash}\n`, 'log', two, [KEYS.receipt, KEYS.stranger]).size, 7);
    assert.throws(() => opened(`log\n7\n${hash}\n`, 'log', makeRoot().roles.receipt), BadNote, 'no such role');
  });
});

describe('a log on disk', () => {
  const folder = temporaryFolder();
  const role = RECEIPT_ROOT.roles.receipt;
  const ORIGIN = 'believe/broker/orders/1';
  const filled = (count: number, at = path.join(folder(), 'log')) => {
    let log = new TileLog(at, ORIGIN, role);
    for (let n = log.size; n < count; n++) log = log.append(entry(n), [KEYS.receipt], role);
    return log;
  };

  it('is the tree of its entries at every size, and keeps no part of a tile that is full', function () {
    this.timeout(240_000);
    const log = filled(258);
    assert.equal(log.note()!.split('\n')[2], Buffer.from(rootHash(258, TREE)).toString('base64'));
    assert.deepEqual(
      [0, 255, 256, 257].map((n) => Buffer.from(log.entry(n))),
      [0, 255, 256, 257].map(entry),
    );
    assert.deepEqual(
      log.proveInclusion(200).map((hash) => Uint8Array.from(hash)),
      proveInclusion(200, 258, TREE),
    );
    assert.deepEqual(
      log.proveConsistency(77).map((hash) => Uint8Array.from(hash)),
      proveConsistency(77, 258, TREE),
    );
    const names = readdirSync(path.join(folder(), 'log/tile/0'));
    assert.deepEqual(names.sort(), ['000', '001.p']);
  });

  it('is the same again after an append that was cut off anywhere', () => {
    filled(3);
    const at = path.join(folder(), 'log');
    const checkpoint = readFileSync(path.join(at, 'checkpoint'));
    filled(4);
    const whole = readFileSync(path.join(at, 'checkpoint'));
    writeFileSync(path.join(at, 'checkpoint'), checkpoint); // the tiles of four are there, the checkpoint is of three
    assert.equal(filled(3).size, 3);
    assert.equal(filled(4).size, 4);
    assert.ok(readFileSync(path.join(at, 'checkpoint')).equals(whole));
  });

  it('is refused where tiles and checkpoint are not the same', () => {
    filled(5);
    const at = path.join(folder(), 'log');
    const tile = path.join(at, 'tile/0/000.p/5');
    const bytes = readFileSync(tile);
    for (const wrong of [flipped(bytes, 9), bytes.subarray(1), Buffer.alloc(0)]) {
      writeFileSync(tile, wrong);
      assert.throws(() => filled(5), LogDamaged);
    }
    rmSync(tile);
    assert.throws(() => filled(5), LogDamaged);
    writeFileSync(tile, bytes);
    assert.equal(filled(5).size, 5);
    const foreign = signCheckpoint({ origin: ORIGIN, size: 5, root: rootHash(5, TREE) }, [KEYS.journal]);
    writeFileSync(path.join(at, 'checkpoint'), foreign);
    assert.throws(() => filled(5), BadNote);
  });

  it("is read and proved by Go's tlog and note from its folder alone", function () {
    this.timeout(240_000);
    const go = buildGoChecker();
    // Then the recorded vectors above are what compares.
    if (go === null) return this.skip();
    const { run } = go;
    try {
      assert.deepEqual(JSON.parse(run('vectors').stdout), vectors, 'the recorded vectors');
      const key = verifierKey({ name: ORIGIN, key: signingKeyFromPem(signingKeyPem(KEYS.receipt)) });
      for (const size of [1, 5, 256, 259]) {
        filled(size);
        const { stdout, stderr } = run('check', path.join(folder(), 'log'), key, ORIGIN);
        assert.equal(stderr, '');
        const { size: told, root, entries } = JSON.parse(stdout);
        assert.deepEqual([told, root], [size, Buffer.from(rootHash(size, TREE)).toString('base64')]);
        assert.deepEqual(
          entries,
          Array.from({ length: size }, (_, n) => entry(n).toString('hex')),
        );
      }
      const tile = path.join(folder(), 'log/tile/0/000');
      writeFileSync(tile, flipped(readFileSync(tile), 1000));
      assert.notEqual(run('check', path.join(folder(), 'log'), key, ORIGIN).status, 0, 'a changed tile is noticed');
    } finally {
      go.remove();
    }
  });
});
