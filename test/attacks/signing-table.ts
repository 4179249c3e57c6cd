import { createHash } from 'node:crypto';
import path from 'node:path';
import { measuringKey, measuringKeysFolder } from '../../research/evidence/measuring-keys.js';
import { gatherEvidence } from '../../research/gate/gather-evidence.js';
import { encodeGateReport, type GateReport, judgeGate } from '../../research/gate/index.js';
import { type ModelCard, modelCard } from '../../research/model-card/model-card.js';
import { keyPlaces } from '../../research/release/key-places.js';
import { initKeys, USUAL_CEREMONY } from '../../research/release/keys.js';
import type { SignedReleaseFiles } from '../../research/release/sign-release.js';
import type { Dossier } from '../../research/signer/messages.js';
import { Signer } from '../../research/signer/signer.js';
import { signerPlaces } from '../../research/signer/signer-places.js';
import { type GateThresholds, gateThresholds } from '../../shared/config/gate-thresholds.js';
import { type ReleaseSighting, signSighting } from '../../shared/contract/release-sighting.js';
import { featureSchemaJson, featureSchemaSha256 } from '../../shared/market/features/schema.js';
import { HEAD_NAMES } from '../../shared/model/heads/head-specs.js';
import { readSigningKeys, writeSigningKey } from '../../shared/node/trust/key-folder.js';
import { readTrustedRoot } from '../../shared/node/trust/trust-store.js';
import { describeFiles } from '../../shared/trust/archive.js';
import { candidateSha256, type SignedDecision, signDecision } from '../../shared/trust/decision.js';
import { generateSigningKey, type SigningKey } from '../../shared/trust/ed25519-key.js';
import type { ReleaseProduct } from '../../shared/trust/product.js';
import type { TrustedRoot } from '../../shared/trust/root.js';
import { tinyRecipe, tinyRun, tinySamples } from '../gate/tiny-market.js';
import { PRODUCT } from '../release/release-fixture.js';
import type { Cargo } from './cargo.js';
import { measuredOf, signedBy } from './measured-cargo.js';

export const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');
/** Of the research worker of every home here. */
const MEASURING_KEY = generateSigningKey();
const NO_HASH = '0'.repeat(64);
const THRESHOLDS: GateThresholds = gateThresholds.parse({ testRowsMin: 20 });

/** A home after its ceremony, with a signer that knows its keys, and ships whose gate is the real one on a tiny market. */
export class SigningTable {
  readonly signer: Signer;
  readonly places: ReturnType<typeof signerPlaces>;

  constructor(
    readonly home: string,
    thresholds: GateThresholds = THRESHOLDS,
    heads: readonly string[] = HEAD_NAMES,
  ) {
    writeSigningKey(measuringKeysFolder(home), 'measuring', MEASURING_KEY);
    initKeys(keyPlaces(home), { ...USUAL_CEREMONY, operatorName: 'ann', nowMs: Date.now() });
    this.places = signerPlaces(home);
    this.signer = new Signer(this.places, { thresholds, lifetimeDays: 30, heads });
  }

  get root(): TrustedRoot {
    return readTrustedRoot(this.places.trustFolder);
  }

  keys(tier: 'operator' | 'broker'): SigningKey[] {
    return readSigningKeys(path.join(this.home, tier, 'keys'), tier === 'operator' ? 'operator' : 'journal');
  }

  /** Lays the cargo into the inbox. */
  dossierOf(
    { shipId, files, report, card }: Cargo,
    decision: SignedDecision | null = null,
    product: ReleaseProduct = PRODUCT,
  ): Dossier {
    const { inbox } = this.places;
    const measurements = this.measure({ shipId, files, report, card });
    for (const bytes of files.values()) inbox.put(bytes);
    return {
      shipId,
      candidate: describeFiles(files),
      gateReportSha256: inbox.put(encodeGateReport(report).bytes),
      cardJsonSha256: inbox.put(Buffer.from(JSON.stringify(card))),
      cardHtmlSha256: inbox.put(Buffer.from('<html></html>')),
      measurementsSha256: inbox.put(Buffer.from(JSON.stringify(measurements))),
      product,
      decision,
    };
  }

  /** By the key of the research worker of this home. A test changes what is measured, or by whom. */
  measure = (cargo: Cargo) => signedBy(measuringKey(this.home), measuredOf(cargo));

  async sign(
    cargo: Cargo,
    decision: SignedDecision | null = null,
    product: ReleaseProduct = PRODUCT,
  ): Promise<SignedReleaseFiles> {
    return (await this.signer.answer({ do: 'sign', dossier: this.dossierOf(cargo, decision, product) }))!;
  }

  /** Ann's approval of this cargo. */
  approvalOf({ shipId, files, report }: Cargo, keys = this.keys('operator')): SignedDecision {
    return signDecision(
      {
        ...{ kind: 'believe.decision', version: 1, shipId, verdict: 'approve', by: 'ann', reason: 'card read' },
        candidateSha256: candidateSha256(describeFiles(files)),
        gateReportSha256: encodeGateReport(report).sha256,
        at: '2025-06-02T12:00:00.000Z',
      },
      keys,
    );
  }

  sightingOf(
    release: SignedReleaseFiles,
    shipId: string,
    changes: Partial<ReleaseSighting> = {},
    keys = this.keys('broker'),
  ) {
    const { payloadSha256, counter } = release;
    const at = new Date().toISOString();
    const seen = { shipId, payloadSha256, counter, swappedAt: at, healthy: true, faults: [], at };
    return signSighting({ kind: 'believe.sighting', version: 1, ...seen, ...changes }, keys);
  }

  async publish(...cargo: Parameters<SigningTable['sign']>): Promise<SignedReleaseFiles> {
    const release = await this.sign(...cargo);
    await this.signer.answer({ do: 'publish', payloadSha256: release.payloadSha256 });
    return release;
  }

  /** Signs, publishes, and lets the broker say that it trades. */
  async bringLive(...cargo: Parameters<SigningTable['sign']>): Promise<SignedReleaseFiles> {
    const release = await this.publish(...cargo);
    await this.signer.answer({ do: 'live', sighting: this.sightingOf(release, cargo[0].shipId) });
    return release;
  }
}

/** A cargo that the gate passes, or holds because the market has no edge. */
export async function cargoOf(
  shipId: string,
  { edge = true, priorRelease = null, heads = HEAD_NAMES, ungated = [] }: CargoChanges = {},
): Promise<Cargo> {
  const files = new Map([['feature-schema.json', Buffer.from(featureSchemaJson)]]);
  for (const name of [...heads, ...ungated])
    files.set(`heads/${name}.onnx`, Buffer.from(`graph of ${name} for ${shipId}`));
  const report = await reportOf(shipId, files, { edge, priorRelease, heads });
  return { shipId, files, report, card: cardOf(shipId, files, report) };
}

interface CargoChanges {
  readonly edge?: boolean;
  readonly priorRelease?: string | null;
  readonly heads?: readonly string[];
  /** Heads that lie in the candidate and that no gate has judged. */
  readonly ungated?: readonly string[];
}

async function reportOf(
  shipId: string,
  files: ReadonlyMap<string, Buffer>,
  { edge, priorRelease, heads }: Required<Pick<CargoChanges, 'edge' | 'priorRelease' | 'heads'>>,
): Promise<GateReport> {
  const samples = heads.map((head, at) =>
    tinySamples({ seed: 1 + at, days: 40, rowsPerDay: 120, signal: edge ? 0.3 : 0, head }),
  );
  const recipe = tinyRecipe(0);
  const run = await tinyRun({ samples, candidate: recipe, prior: priorRelease === null ? null : recipe });
  const named = { runId: shipId, priorRelease, candidateSha256: candidateSha256(describeFiles(files)) };
  const { evidence } = gatherEvidence({ ...run, ...named }, []);
  const verdict = judgeGate(evidence, THRESHOLDS);
  return { kind: 'believe.gate-report', version: 3, verdict, evidence, thresholds: THRESHOLDS };
}

/** As much of a card as the signer reads, and the rest in the least form that a card can have. */
export function cardOf(shipId: string, files: ReadonlyMap<string, Buffer>, report: GateReport): ModelCard {
  return modelCard.parse({
    ...{ kind: 'believe.model-card', version: 1, shipId, createdAt: '2025-06-01T12:00:00.000Z' },
    ...{ instrument: 'ESU5', recipeName: 'base', synthetic: true },
    code: { commit: 'c0ffee', lockfileSha256: NO_HASH },
    data: {
      ...{ merkleRoot: NO_HASH, gaps: 0, barsWithoutVolume: 0, dropped: {} },
      shards: [
        {
          name: 'a',
          dataset: 'mbp10',
          instrument: 'ESU5',
          tradeDate: '2025-05-30',
          rows: 1,
          bytes: 1,
          sha256: NO_HASH,
        },
      ],
    },
    ...{ features: [], featureSchemaSha256 },
    heads: report.evidence.heads.map(({ head: name }) => ({
      ...{ v: 1, recipe: tinyRecipe(0), synthetic: true, library: { version: '2', sha256: NO_HASH } },
      spec: { name, features: ['imbalance_1'], classes: 2, horizonMs: 1000, flatTicks: 0, sampling: 'second' },
      ...{ boosterSha256: NO_HASH, featureSchemaSha256, onnxSha256: sha256(files.get(`heads/${name}.onnx`)!) },
      data: {
        ...{ rows: 1, rowsPerClass: [1, 0], tradeDates: 1, firstStartMs: 0, lastEndMs: 1 },
        ...{ meanAbsMoveTicks: 1, meanCostTicks: 1 },
      },
      ...{ trainLogLoss: 0.6, holdout: null, importance: [], importanceOverlap: null },
      parity: { rows: 1, rowsWithMissing: 0, margins: 1, marginsBitEqual: 1, maxProbabilityDifference: 0 },
    })),
    ensemble: {
      v: 1,
      weights: { F2_dom: 0.3, XGB_5m: 0.3, Tick_ML: 0.3 },
      meanAbsMoveTicks: { F2_dom: 1, XGB_5m: 1, Tick_ML: 1 },
      policy: {
        ...{ entryEdgeTicks: 0.1, exitEdgeTicks: 0, feeTicks: 0.17, spreadShare: 1 },
        ...{ maxSpreadTicks: 2, maxPositionContracts: 1 },
      },
    },
    ...{ gate: report, gateReportSha256: encodeGateReport(report).sha256, tickValue: 12.5, currency: 'USD' },
    ...{ limits: [], knownFailures: [], killCriteria: [], lifetimeDays: 30 },
  });
}
