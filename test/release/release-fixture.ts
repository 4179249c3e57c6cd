import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { ReleaseFacts } from '../../research/release/build-release.js';
import { describeFiles, packArchive } from '../../shared/trust/archive.js';
import { type DsseEnvelope, encodeEnvelope, signEnvelope } from '../../shared/trust/dsse.js';
import { generateSigningKey, type SigningKey } from '../../shared/trust/ed25519-key.js';
import type { Pin } from '../../shared/trust/pin.js';
import type { ReleaseProduct } from '../../shared/trust/product.js';
import { type RoleName, type RootMetadata, readRoot, signRoot, type TrustedRoot } from '../../shared/trust/root.js';
import { encodeStatement, RELEASE_PAYLOAD_TYPE, type ReleasePredicate } from '../../shared/trust/statement.js';
import type { EnvelopeToVerify } from '../../shared/trust/verify-release.js';

export const NOW_MS = Date.parse('2025-06-02T12:00:00Z');
export const PRODUCT: ReleaseProduct = { symbol: 'ES', exchange: 'CME', tickSize: 0.25, multiplier: 50 };
export const DAY_MS = 86_400_000;
export const iso = (ms: number) => new Date(ms).toISOString();
export const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');

/** Private keys of a test's own ceremony; generated once, because generation is slow beside everything else. */
export const KEYS = Object.fromEntries(
  ['rootA', 'rootB', 'rootC', 'release', 'release2', 'journal', 'state', 'receipt', 'ann', 'bob', 'stranger'].map(
    (name) => [name, generateSigningKey()],
  ),
) as Record<
  'rootA' | 'rootB' | 'rootC' | 'release' | 'release2' | 'journal' | 'state' | 'receipt' | 'ann' | 'bob' | 'stranger',
  SigningKey
>;

type RoleKeys = Partial<Record<RoleName, { keys: SigningKey[]; threshold: number }>>;

export function rootMetadataOf(roles: RoleKeys = {}, changes: Partial<RootMetadata> = {}): RootMetadata {
  const all = {
    root: { keys: [KEYS.rootA, KEYS.rootB, KEYS.rootC], threshold: 2 },
    release: { keys: [KEYS.release], threshold: 1 },
    journal: { keys: [KEYS.journal], threshold: 1 },
    state: { keys: [KEYS.state], threshold: 1 },
    ...roles,
  };
  const listed = Object.values(all).flatMap(({ keys }) => keys);
  return {
    kind: 'believe.root',
    version: 1,
    epoch: 1,
    expires: iso(NOW_MS + 365 * DAY_MS),
    keys: Object.fromEntries(listed.map(({ keyid, spkiDer }) => [keyid, spkiDer.toString('base64')])),
    roles: Object.fromEntries(
      Object.entries(all).map(([name, { keys, threshold }]) => [
        name,
        { keyids: keys.map(({ keyid }) => keyid), threshold },
      ]),
    ) as RootMetadata['roles'],
    ...changes,
  };
}

export function makeRoot(roles: RoleKeys = {}, changes: Partial<RootMetadata> = {}): TrustedRoot {
  return readRoot(signRoot(rootMetadataOf(roles, changes), [KEYS.rootA, KEYS.rootB]));
}

/** A root that lists Ann and Bob as operators, from a counter on. */
export function rootWithOperators({
  threshold = 1,
  firstCounter = 1,
  operators = [KEYS.ann, KEYS.bob],
} = {}): TrustedRoot {
  const metadata = rootMetadataOf({}, {});
  const names = new Map([
    [KEYS.ann.keyid, 'ann'],
    [KEYS.bob.keyid, 'bob'],
  ]);
  const operator = {
    ...{ threshold, firstCounter, keyids: operators.map(({ keyid }) => keyid) },
    names: Object.fromEntries(operators.map(({ keyid }) => [keyid, names.get(keyid)!])),
  };
  const keys = Object.fromEntries(operators.map(({ keyid, spkiDer }) => [keyid, spkiDer.toString('base64')]));
  const changed = { ...metadata, keys: { ...metadata.keys, ...keys }, roles: { ...metadata.roles, operator } };
  return readRoot(signRoot(changed, [KEYS.rootA, KEYS.rootB]));
}

export const FILES: ReadonlyMap<string, Buffer> = new Map([
  ['feature-schema.json', Buffer.from('{"features":["imbalance"]}')],
  ['gate-report.json', Buffer.from('{"verdict":{"verdict":"pass"}}')],
  ['heads/F2_dom.json', Buffer.from('{"name":"F2_dom"}')],
  ['heads/F2_dom.onnx', Buffer.from(Array.from({ length: 3000 }, (_, index) => (index * 7919) % 251))],
]);

/** The same, of a candidate that the gate held. */
export const HELD_FILES: ReadonlyMap<string, Buffer> = new Map([
  ...FILES,
  ['gate-report.json', Buffer.from('{"verdict":{"verdict":"hold"}}')],
]);

export async function predicateOf(
  changes: Partial<ReleasePredicate> = {},
  tarball?: Buffer,
  files = FILES,
): Promise<ReleasePredicate> {
  const bytes = tarball ?? (await packArchive(files));
  return {
    shipId: 'ship/7~0a1b2c3d',
    modelVersion: 7,
    epoch: 1,
    counter: 7,
    issued: iso(NOW_MS - DAY_MS),
    expires: iso(NOW_MS + 30 * DAY_MS),
    prevRelease: sha256('payload 6'),
    archive: { size: bytes.length, sha256: sha256(bytes) },
    files: describeFiles(files),
    featureSchemaSha256: sha256(files.get('feature-schema.json')!),
    training: { merkleRoot: sha256('merkle'), shards: 3 },
    gateReportSha256: sha256(files.get('gate-report.json')!),
    gateVerdict: 'pass',
    product: PRODUCT,
    codeCommit: 'c0ffee',
    lockfileSha256: sha256('lock'),
    synthetic: true,
    ...changes,
  };
}

export function envelopeOf(payload: Buffer, keys: SigningKey[] = [KEYS.release], type = RELEASE_PAYLOAD_TYPE): Buffer {
  return encodeEnvelope(signEnvelope(type, payload, keys));
}

export function changedEnvelope(bytes: Buffer, change: (envelope: DsseEnvelope) => DsseEnvelope): Buffer {
  return encodeEnvelope(change(JSON.parse(bytes.toString('utf8')) as DsseEnvelope));
}

/** The release verified last: counter 6. */
export const PIN: Pin = {
  v: 1,
  rootVersion: 1,
  epoch: 1,
  counter: 6,
  payloadSha256: sha256('payload 6'),
  highestSeenUtc: iso(NOW_MS - DAY_MS),
};

export type Input = EnvelopeToVerify & { tarball: Buffer };

/** A good release v7 and everything that a broker at v6 verifies it with; `changes` make it bad. */
export async function releaseInput(
  predicate: Partial<ReleasePredicate> = {},
  changes: Partial<Input> = {},
  files = FILES,
): Promise<Input & { payloadSha256: string }> {
  const tarball = await packArchive(files);
  const payload = encodeStatement(await predicateOf(predicate, tarball, files));
  return {
    envelope: envelopeOf(payload),
    tarball,
    root: makeRoot(),
    pin: PIN,
    nowMs: NOW_MS,
    payloadSha256: sha256(payload),
    ...changes,
  };
}

/** What research says of a release in the tests that build one in a home folder. */
export function factsOf(releaseId: string): ReleaseFacts {
  return {
    releaseId,
    shipId: releaseId,
    epoch: 1,
    lifetimeDays: 30,
    training: { merkleRoot: sha256('merkle'), shards: 3 },
    gateVerdict: 'pass',
    product: PRODUCT,
    codeCommit: 'c0ffee',
    lockfileSha256: sha256('lock'),
    synthetic: true,
  };
}

export function homeFolders(home: string) {
  return {
    releasesFolder: path.join(home, 'research', 'releases'),
    keysFolder: path.join(home, 'signer', 'keys'),
    trustFolder: path.join(home, 'research', 'trust'),
    moduleFolder: path.join(home, 'research', 'published'),
    brokerFolder: path.join(home, 'broker'),
  };
}

/** A folder of its own for each test, removed after it. */
export function temporaryFolder(): () => string {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'believe-release-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  return () => folder;
}
