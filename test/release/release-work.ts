import { acceptRelease } from '../../broker/accept-release.js';
import { buildRelease } from '../../research/release/build-release.js';
import { keyPlaces } from '../../research/release/key-places.js';
import { initKeys } from '../../research/release/keys.js';
import { publishRelease } from '../../research/release/publish-release.js';
import { signRelease } from '../../research/release/sign-release.js';
import { readTrustedRoot } from '../../shared/node/trust/trust-store.js';
import { FILES, factsOf, homeFolders, NOW_MS } from './release-fixture.js';

/** The steps of a release in one home folder, as the activities call them. */
export function holdCeremony(home: string, nowMs = NOW_MS): void {
  initKeys(keyPlaces(home), { rootKeys: 2, rootThreshold: 2, rootLifetimeDays: 365, operatorName: 'ann', nowMs });
}

export async function shipRelease(home: string, releaseId: string, files = FILES, nowMs = NOW_MS): Promise<number> {
  const folders = homeFolders(home);
  const { predicate } = await buildRelease(folders.releasesFolder, factsOf(releaseId), files, nowMs);
  const root = readTrustedRoot(folders.trustFolder);
  await signRelease({ ...folders, root, releaseId, nowMs });
  publishRelease({ ...folders, releaseId });
  return predicate.modelVersion;
}

/** Takes a published release straight from the published folder. */
export function acceptPublished(home: string, modelVersion: number, nowMs = NOW_MS) {
  const { brokerFolder, moduleFolder: incomingFolder } = homeFolders(home);
  const name = `believe-v${modelVersion}`;
  const files = { tarball: `${name}.tar.gz`, envelope: `${name}.dsse.json` };
  return acceptRelease({ ...files, brokerFolder, incomingFolder, nowMs });
}
