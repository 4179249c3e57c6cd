import type { SignedRelease } from '../../activities/research/contract.js';
import { research, researchOnce } from '../steps/activities.js';
import { settle } from '../steps/settle.js';
import type { ShipLog } from './ship-log.js';

/** Signs the candidate: one version and one counter for this ship, whatever is retried. */
export async function sign(log: ShipLog, ask: Parameters<typeof researchOnce.signRelease>[0]): Promise<SignedRelease> {
  log.enter('Signing');
  const { shipId, candidate, gate, trainingSet, decision } = ask;
  const release = await settle(
    () =>
      researchOnce.signRelease.executeWithOptions({ summary: 'sign the release' }, [
        { shipId, candidate: { manifest: candidate.manifest }, gate, trainingSet, decision },
      ]),
    () => research.signedRelease({ shipId }),
  );
  log.signed(release);
  return release;
}
