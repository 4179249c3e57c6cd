import { readFileSync } from 'node:fs';
import path from 'node:path';
import { keyPlaces, trustFolder } from '../../research/release/key-places.js';
import type { SignedReleaseFiles } from '../../research/release/sign-release.js';
import { referenceTo } from '../../research/ship/run-folder.js';
import { decisionSubject, layOutDossier } from '../../research/ship/ship-dossier.js';
import { ShipFolder } from '../../research/ship/ship-folder.js';
import { signerAddress } from '../../research/signer/signer-address.js';
import { SignerClient } from '../../research/signer/signer-client.js';
import { signerInbox } from '../../research/signer/signer-places.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { SightingRefused } from '../../shared/contract/release-sighting.js';
import { readTrustedRoot } from '../../shared/node/trust/trust-store.js';
import { verifyDecision } from '../../shared/trust/decision.js';
import type { DsseEnvelope } from '../../shared/trust/dsse.js';
import { step } from '../step.js';
import type { ResearchActivities, SignedRelease } from './contract.js';
import type { ResearchDependencies } from './dependencies.js';

type ReleaseSteps = Pick<
  ResearchActivities,
  | 'checkDecision'
  | 'signRelease'
  | 'signRollback'
  | 'signOrderedRollback'
  | 'signedRelease'
  | 'publishRelease'
  | 'recordLive'
  | 'revokeRelease'
>;

/** From a candidate that may go on to a signed release that brokers can pull. The signer decides; these steps only ask. */
export function createReleaseSteps({ config }: ResearchDependencies): ReleaseSteps {
  const places = homePlaces(config.home).research;
  const signer = new SignerClient(signerAddress(config.home));
  const inbox = signerInbox(config.home);
  const folderOf = (shipId: string) => new ShipFolder(places.folder, shipId);

  return {
    checkDecision: ({ shipId, decision }) =>
      step(async () => {
        const root = readTrustedRoot(trustFolder(keyPlaces(config.home), 'research'));
        verifyDecision(decision, decisionSubject(folderOf(shipId), shipId), root);
      }),

    signRelease: ({ shipId, decision }) =>
      step(async (context) => {
        const dossier = layOutDossier(folderOf(shipId), shipId, decision, inbox);
        return summaryOf((await signer.ask({ do: 'sign', dossier }, context))!);
      }),

    signRollback: ({ sighting }) =>
      step(async (context) => {
        const signed = await signer.ask({ do: 'rollback', sighting: present(sighting) }, context);
        return signed === null ? null : summaryOf(signed);
      }),

    signOrderedRollback: ({ shipId, order }) =>
      step(async (context) => summaryOf((await signer.ask({ do: 'rollback-as-ordered', shipId, order }, context))!)),

    signedRelease: ({ shipId }) =>
      step(async (context) => {
        const signed = await signer.ask({ do: 'signed', shipId }, context);
        return signed === null ? null : summaryOf(signed);
      }),

    publishRelease: ({ release: { payloadSha256 } }) =>
      step(async (context) => {
        await signer.ask({ do: 'publish', payloadSha256 }, context);
      }),

    recordLive: ({ sighting }) =>
      step(async (context) => {
        await signer.ask({ do: 'live', sighting: present(sighting) }, context);
      }),

    revokeRelease: ({ shipId, reason }) =>
      step(async (context) => {
        await signer.ask({ do: 'revoke', shipId, reason }, context);
      }),
  };
}

/** Ships that the broker watched before it signed what it saw cannot go on by themselves. */
function present(sighting: DsseEnvelope | undefined): DsseEnvelope {
  if (sighting === undefined) throw new SightingRefused('there is none');
  return sighting;
}

function summaryOf(signed: SignedReleaseFiles): SignedRelease {
  const { modelVersion, counter, payloadSha256, tarballFile, envelopeFile } = signed;
  return {
    modelVersion,
    counter,
    payloadSha256,
    tarball: referenceTo(path.resolve(tarballFile), readFileSync(tarballFile)),
    envelope: referenceTo(path.resolve(envelopeFile), readFileSync(envelopeFile)),
  };
}
