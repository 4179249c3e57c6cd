import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { acceptRelease } from '../../broker/accept-release.js';
import { attribute, encodeOnnx, rowsOf } from '../../research/training/onnx/onnx-schema.js';
import { treeNode } from '../../research/training/onnx/tree-node.js';
import type { ArmedSwap } from '../../shared/contract/armed-swap.js';
import { signSighting } from '../../shared/contract/release-sighting.js';
import { featureSchemaJson, featureSchemaSha256 } from '../../shared/market/features/schema.js';
import type { Ensemble } from '../../shared/model/decision/ensemble.js';
import { encodeFloat32, type GoldenRows } from '../../shared/model/heads/golden-rows.js';
import type { HeadSpec } from '../../shared/model/heads/head.js';
import { ONNX_INPUT, ONNX_OUTPUT, OnnxHead } from '../../shared/model/heads/onnx-head.js';
import { readLiveReleases } from '../../shared/node/contract/live-releases.js';
import { initPin } from '../../shared/node/trust/pin-store.js';
import { keepRevocations } from '../../shared/node/trust/revocation-store.js';
import { readTrustedRoot, trustRoot } from '../../shared/node/trust/trust-store.js';
import { describeFiles, packArchive } from '../../shared/trust/archive.js';
import { encodeEnvelope, signEnvelope } from '../../shared/trust/dsse.js';
import { generateSigningKey, type SigningKey } from '../../shared/trust/ed25519-key.js';
import type { ReleaseProduct } from '../../shared/trust/product.js';
import { signRevocations } from '../../shared/trust/revocations.js';
import { readRoot, signRoot } from '../../shared/trust/root.js';
import { encodeStatement, envelopeName, RELEASE_PAYLOAD_TYPE, tarballName } from '../../shared/trust/statement.js';

const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');
const ROOT_KEY = generateSigningKey();
const RELEASE_KEY = generateSigningKey();
const OTHER_KEYS = [generateSigningKey(), generateSigningKey()] as const;
/** Whoever may resume and widen limits, by the root of every toy broker. */
export const OPERATOR = { name: 'toy operator', key: generateSigningKey() } as const;
const DAY_MS = 86_400_000;

/** Follows the imbalance at the best prices: simple enough to know what it says, eager enough to trade often. */
const HEAD: HeadSpec = {
  name: 'F2_dom',
  features: ['imbalance_1', 'imbalance_top5'],
  classes: 3,
  horizonMs: 10_000,
  flatTicks: 0.5,
};

/** Weighs nothing but the imbalance: every imbalance pays. */
export const EAGER: Ensemble = {
  v: 1,
  weights: { F2_dom: 1 },
  meanAbsMoveTicks: { F2_dom: 4 },
  policy: {
    ...{ entryEdgeTicks: 0.02, exitEdgeTicks: 0.01, feeTicks: 0, spreadShare: 0 },
    ...{ maxSpreadTicks: 50, maxPositionContracts: 1 },
  },
};

/** The product of the contracts that these tests trade. */
export const ES: ReleaseProduct = { symbol: 'ES', exchange: 'CME', tickSize: 0.25, multiplier: 50 };

export interface ReleaseChanges {
  /** Another release altogether, instead of the toy head. */
  readonly files?: ReadonlyMap<string, Buffer>;
  readonly ensemble?: Ensemble;
  /** Golden outputs that the graph does not give. */
  readonly wrongGoldenRows?: boolean;
  readonly brokenGraph?: boolean;
  /** Another graph in the head's place. */
  readonly graph?: Buffer;
  /** It waits for the open, as a release does that is no rollback. */
  readonly atOpen?: boolean;
  readonly lifetimeMs?: number;
  /** What it says that it was trained for, instead of ES; undefined: nothing. */
  readonly product?: ReleaseProduct | undefined;
}

/** A broker folder with a root of trust of its own, and releases signed for it. */
export class ToyBroker {
  private prevRelease: string | null = null;

  constructor(readonly brokerFolder: string) {
    const nowMs = Date.now();
    initPin(brokerFolder, {
      ...{ v: 1, rootVersion: 1, epoch: 1, counter: 0, payloadSha256: null },
      highestSeenUtc: new Date(nowMs).toISOString(),
    });
    this.trust(1, RELEASE_KEY);
  }

  /** The broker follows a root whose release key is another one. */
  revokeReleaseKey(): void {
    this.trust(2, generateSigningKey());
  }

  /** The note that a release was given up has arrived here. */
  giveUp({ modelVersion, payloadSha256 }: Pick<ArmedSwap, 'modelVersion' | 'payloadSha256'>): void {
    const note = { payloadSha256, modelVersion, reason: 'given up', at: new Date().toISOString() };
    const root = readTrustedRoot(path.join(this.brokerFolder, 'trust'));
    keepRevocations(this.brokerFolder, encodeEnvelope(signRevocations([note], [RELEASE_KEY])), root);
  }

  private trust(version: number, releaseKey: SigningKey): void {
    const others = { journal: OTHER_KEYS[0], state: OTHER_KEYS[1], operator: OPERATOR.key };
    const roles = { root: ROOT_KEY, release: releaseKey, ...others };
    const role = (key: SigningKey) => ({ keyids: [key.keyid], threshold: 1 });
    const envelope = signRoot(
      {
        ...{ kind: 'believe.root', version, epoch: 1, expires: new Date(Date.now() + 365 * DAY_MS).toISOString() },
        keys: Object.fromEntries(Object.values(roles).map((key) => [key.keyid, key.spkiDer.toString('base64')])),
        roles: {
          ...{ root: role(roles.root), release: role(roles.release) },
          ...{ journal: role(roles.journal), state: role(roles.state) },
          operator: { ...role(roles.operator), names: { [OPERATOR.key.keyid]: OPERATOR.name }, firstCounter: 1 },
        },
      },
      [ROOT_KEY],
    );
    trustRoot(path.join(this.brokerFolder, 'trust'), readRoot(envelope));
  }

  /** Builds, signs and accepts a release, as the broker worker does. @returns what arms it */
  async accept(modelVersion: number, changes: ReleaseChanges = {}): Promise<Omit<ArmedSwap, 'notBeforeMarketMs'>> {
    const files = await releaseFiles(changes);
    const tarballBytes = await packArchive(files);
    const issuedMs = Date.now();
    const shipId = `ship/${modelVersion}`;
    const payload = encodeStatement({
      ...{ shipId, modelVersion, epoch: 1, counter: modelVersion },
      issued: new Date(issuedMs).toISOString(),
      expires: new Date(issuedMs + (changes.lifetimeMs ?? DAY_MS)).toISOString(),
      prevRelease: this.prevRelease,
      archive: { size: tarballBytes.length, sha256: sha256(tarballBytes) },
      files: describeFiles(files),
      featureSchemaSha256,
      training: { merkleRoot: sha256('no training set'), shards: 1 },
      gateReportSha256: sha256(files.get('gate-report.json')!),
      product: 'product' in changes ? changes.product : ES,
      ...{ gateVerdict: 'pass', codeCommit: 'test', lockfileSha256: sha256('lock'), synthetic: true },
      // A rollback is swapped at once: few tests have the time to wait for an open.
      ...(changes.atOpen ? {} : { rollbackOf: { modelVersion: 1, payloadSha256: sha256('older'), ...this.fault() } }),
    });
    const envelopeBytes = encodeEnvelope(signEnvelope(RELEASE_PAYLOAD_TYPE, payload, [RELEASE_KEY]));
    const incomingFolder = mkdtempSync(path.join(os.tmpdir(), 'believe-incoming-'));
    const [tarball, envelope] = [tarballName(modelVersion), envelopeName(modelVersion)];
    writeFileSync(path.join(incomingFolder, tarball), tarballBytes);
    writeFileSync(path.join(incomingFolder, envelope), envelopeBytes);
    const { brokerFolder } = this;
    await acceptRelease({ brokerFolder, incomingFolder, tarball, envelope, nowMs: Date.now() });
    rmSync(incomingFolder, { recursive: true });
    this.prevRelease = sha256(payload);
    return { v: 1, shipId, modelVersion, counter: modelVersion, payloadSha256: this.prevRelease, tarball, envelope };
  }

  /** The broker's word that what trades misbehaves: on it a rollback waits for no open. */
  private fault() {
    const payloadSha256 =
      readLiveReleases(this.brokerFolder).at(-1)?.swap.payloadSha256 ?? this.prevRelease ?? sha256('older');
    const at = new Date().toISOString();
    const seen = { shipId: 'ship/0', payloadSha256, counter: 1, swappedAt: at, healthy: false, faults: [], at };
    return { sighting: signSighting({ kind: 'believe.sighting', version: 1, ...seen }, [OTHER_KEYS[0]]) };
  }

  arm(swap: Omit<ArmedSwap, 'notBeforeMarketMs'>, notBeforeMarketMs: number): void {
    const folder = path.join(this.brokerFolder, 'armed');
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'swap.json'), JSON.stringify({ ...swap, notBeforeMarketMs }));
  }
}

async function releaseFiles(changes: ReleaseChanges): Promise<ReadonlyMap<string, Buffer>> {
  if (changes.files) return changes.files;
  const json = (value: unknown) => Buffer.from(JSON.stringify(value));
  const graph = imbalanceGraph();
  const shipped = changes.brokenGraph ? Buffer.from('no graph') : (changes.graph ?? graph);
  return new Map([
    ['ensemble.json', json(changes.ensemble ?? EAGER)],
    ['feature-schema.json', Buffer.from(featureSchemaJson)],
    ['gate-report.json', json({ verdict: { verdict: 'pass' } })],
    ['golden.json', json(await goldenOf(graph, changes.wrongGoldenRows === true))],
    ['heads/F2_dom.json', json(HEAD)],
    ['heads/F2_dom.onnx', shipped],
  ]);
}

async function goldenOf(graph: Buffer, wrong: boolean): Promise<GoldenRows> {
  const inputs = new Float32Array([0.5, 0.1, -0.5, 0.2, 0, 0]);
  const head = await OnnxHead.load(graph, 2, 3);
  const outputs = Float32Array.from(await head.run(inputs, 3));
  await head.release();
  if (wrong) outputs[4]! += 0.01;
  const shape = { rows: 3, columns: 2, classes: 3 } as const;
  return { v: 1, heads: { F2_dom: { ...shape, inputs: encodeFloat32(inputs), outputs: encodeFloat32(outputs) } } };
}

/** Steps in which a tree ensemble draws a straight line from -1 to 1. */
const STEPS = 64;

/** Softmax of a weighted sum of the two imbalances, [down, flat, up], in fine steps: what our exporter writes of trees. */
function imbalanceGraph(): Buffer {
  const stumps = [
    { feature: 0, weight: 2 },
    { feature: 1, weight: 1 },
  ].flatMap(({ feature, weight }) =>
    Array.from({ length: STEPS }, (_, step) => [
      { feature, threshold: (2 * (step + 0.5)) / STEPS - 1, group: 0, rise: (-2 * weight) / STEPS },
      { feature, threshold: (2 * (step + 0.5)) / STEPS - 1, group: 2, rise: (2 * weight) / STEPS },
    ]).flat(),
  );
  const each = <T>(values: (stump: (typeof stumps)[number]) => T[]) => stumps.flatMap(values);
  return encodeOnnx({
    ir_version: 8,
    producer_name: 'test',
    opset_import: [
      { domain: '', version: 17 },
      { domain: 'ai.onnx.ml', version: 3 },
    ],
    metadata_props: [],
    graph: {
      name: 'F2_dom',
      node: [
        treeNode(
          {
            ...{ columns: 2, classes: 3, baseMargins: Float32Array.from([3, 0, -3]) },
            roots: Int32Array.from(stumps, (_, at) => 3 * at),
            groupOfTree: Int32Array.from(stumps, ({ group }) => group),
            left: Int32Array.from(stumps.flatMap((_, at) => [3 * at + 1, -1, -1])),
            right: Int32Array.from(stumps.flatMap((_, at) => [3 * at + 2, -1, -1])),
            feature: Int32Array.from(each(({ feature }) => [feature, 0, 0])),
            value: Float32Array.from(each(({ threshold, rise }) => [threshold, 0, rise])),
            defaultLeft: Uint8Array.from(each(() => [0, 0, 0])),
            gain: Float32Array.from(each(() => [0, 0, 0])),
          },
          ONNX_INPUT,
          'margin',
        ),
        {
          ...{ op_type: 'Softmax', name: 'softmax', input: ['margin'], output: [ONNX_OUTPUT] },
          attribute: [attribute.int('axis', 1)],
        },
      ],
      initializer: [],
      input: [rowsOf(ONNX_INPUT, 2)],
      output: [rowsOf(ONNX_OUTPUT, 3)],
    },
  });
}
