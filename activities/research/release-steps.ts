import { readFileSync } from 'node:fs';
import path from 'node:path';
import { MODEL_CARD_HTML, MODEL_CARD_JSON } from '../../research/model-card/build-model-card.js';
import {
  buildRelease,
  buildRollback,
  type ReleaseFacts,
  readCandidate,
  releaseLedger,
} from '../../research/release/build-release.js';
import { keyPlaces, privateKeysFolder, trustFolder } from '../../research/release/key-places.js';
import { publishRelease } from '../../research/release/publish-release.js';
import { type SignedReleaseFiles, signedRelease, signRelease } from '../../research/release/sign-release.js';
import { Failure } from '../../shared/failure.js';
import { describeFiles } from '../../shared/release/archive.js';
import { GATE_REPORT_FILE } from '../../shared/release/statement.js';
import { readTrustedRoot } from '../../shared/release/trust-store.js';
import { runIdentity } from '../../shared/ship/ship-id.js';
import { asked } from '../asked.js';
import { step } from '../step.js';
import type { CandidateSummary, ResearchActivities, SignedRelease } from './contract.js';
import { type ResearchDependencies, researchPlaces } from './dependencies.js';
import { referenceTo } from './run-folder.js';
import { SHIP_FILES, ShipFolder } from './ship-folder.js';
import { readPlan } from './ship-plan.js';

type ReleaseSteps = Pick<
  ResearchActivities,
  'signRelease' | 'signRollback' | 'signedRelease' | 'publishRelease' | 'recordLive'
>;

/** From a candidate that may go on to a signed release that brokers can pull. */
export function createReleaseSteps({ config, codeCommit, lockfileSha256 }: ResearchDependencies): ReleaseSteps {
  const places = researchPlaces(config.home);
  const keys = keyPlaces(config.home);
  const trust = trustFolder(keys, 'research');
  const lifetimeDays = config.ship.releaseLifetimeDays;
  const signing = (releaseId: string) => ({
    releasesFolder: places.releases,
    keysFolder: privateKeysFolder(keys, 'release'),
    root: readTrustedRoot(trust),
    releaseId,
    nowMs: Date.now(),
  });

  return {
    signRelease: ({ shipId, candidate, gate, trainingSet, decision }) =>
      step(async () => {
        const folder = new ShipFolder(places.research, shipId);
        const files = candidateFiles(folder, candidate);
        files.set(GATE_REPORT_FILE, folder.read(gate.report, GATE_REPORT_FILE));
        files.set(MODEL_CARD_JSON, folder.read(gate.card.json, MODEL_CARD_JSON));
        files.set(MODEL_CARD_HTML, folder.read(gate.card.html, MODEL_CARD_HTML));
        const { product, synthetic } = readPlan(folder);
        const facts: ReleaseFacts = {
          releaseId: shipId,
          shipId,
          epoch: readTrustedRoot(trust).metadata.epoch,
          training: { merkleRoot: trainingSet.merkleRoot, shards: trainingSet.shards },
          gateVerdict: gate.verdict,
          ...(decision?.verdict === 'approve' ? { decision: { ...decision, verdict: 'approve' } } : {}),
          ...(product ? { product } : {}),
          codeCommit,
          lockfileSha256,
          synthetic,
          lifetimeDays,
        };
        await buildRelease(places.releases, facts, files, Date.now());
        return summaryOf(await signRelease(signing(shipId)));
      }),

    signRollback: ({ shipId, faulty }) =>
      step(async () => {
        const before = releaseLedger(places.releases)
          .list()
          .findLast((one) => one.state === 'live' && one.modelVersion !== faulty.modelVersion);
        if (!before) return null;
        const releaseId = `${asked(runIdentity, shipId)}/rollback`;
        const epoch = readTrustedRoot(trust).metadata.epoch;
        buildRollback(places.releases, { releaseId, shipId, epoch, lifetimeDays }, before.modelVersion, Date.now());
        return summaryOf(await signRelease(signing(releaseId)));
      }),

    signedRelease: ({ shipId }) =>
      step(async () => {
        const signed = await signedRelease(signing(shipId));
        return signed === null ? null : summaryOf(signed);
      }),

    publishRelease: ({ release }) =>
      step(async () =>
        publishRelease({
          releasesFolder: places.releases,
          trustFolder: trust,
          moduleFolder: places.published,
          releaseId: releaseIdOf(places.releases, release),
        }),
      ),

    recordLive: ({ release }) =>
      step(async () => releaseLedger(places.releases).recordLive(releaseIdOf(places.releases, release))),
  };
}

/** The candidate's files, each as it was when the candidate was assembled and gated. */
function candidateFiles(folder: ShipFolder, { manifest }: CandidateSummary): Map<string, Buffer> {
  const files = readCandidate(folder.file('candidate'));
  if (JSON.stringify(describeFiles(files)) !== folder.read(manifest, SHIP_FILES.candidate).toString('utf8').trimEnd()) {
    throw new Failure('CandidateChanged', `${folder.file('candidate')} changed after the gate`, 'start a new ship');
  }
  return files;
}

function summaryOf({
  modelVersion,
  counter,
  payloadSha256,
  tarballFile,
  envelopeFile,
}: SignedReleaseFiles): SignedRelease {
  return {
    modelVersion,
    counter,
    payloadSha256,
    tarball: referenceTo(path.resolve(tarballFile), readFileSync(tarballFile)),
    envelope: referenceTo(path.resolve(envelopeFile), readFileSync(envelopeFile)),
  };
}

function releaseIdOf(releasesFolder: string, { modelVersion }: SignedRelease): string {
  const found = releaseLedger(releasesFolder)
    .list()
    .find((one) => one.modelVersion === modelVersion);
  if (!found) throw new Failure('ReleaseMissing', `the ledger has no v${modelVersion}`, 'see `believe release list`');
  return found.releaseId;
}
