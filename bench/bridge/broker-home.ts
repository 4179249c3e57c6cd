import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { acceptRelease } from '../../broker/accept-release.js';
import { buildRelease, buildRollback } from '../../research/release/build-release.js';
import { keyPlaces } from '../../research/release/key-places.js';
import { initKeys, USUAL_CEREMONY } from '../../research/release/keys.js';
import { signRelease } from '../../research/release/sign-release.js';
import { homePlaces } from '../../shared/config/home-places.js';
import type { Instrument } from '../../shared/config/market.js';
import type { ArmedSwap } from '../../shared/contract/armed-swap.js';
import { signSighting } from '../../shared/contract/release-sighting.js';
import { replaceFile } from '../../shared/node/disk/replace-file.js';
import { readSigningKeys } from '../../shared/node/trust/key-folder.js';
import type { ReleaseFiles } from '../../shared/trust/archive.js';
import type { DsseEnvelope } from '../../shared/trust/dsse.js';
import { productOf } from '../../shared/trust/product.js';

const SHIP = 'ship/bench';
/** A bench has no time to wait for an open, as every release does but one that brings older bytes back. */
const BACK = 'ship/bench-back';
const NO_HASH = '0'.repeat(64);

/** Makes a home folder whose bridge loads these heads at once: by keys, signature, acceptance and swap, as ever. */
export async function makeBrokerHome(home: string, heads: ReleaseFiles, instrument: Instrument): Promise<void> {
  const nowMs = Date.now();
  const releasesFolder = homePlaces(home).research.releases;
  mkdirSync(releasesFolder, { recursive: true });
  const { root } = initKeys(keyPlaces(home), { ...USUAL_CEREMONY, operatorName: 'bench', nowMs });
  const facts = {
    ...{ releaseId: SHIP, shipId: SHIP, epoch: 1, lifetimeDays: 1, synthetic: true, gateVerdict: 'pass' as const },
    ...{ training: { merkleRoot: NO_HASH, shards: 1 }, codeCommit: 'bench', lockfileSha256: NO_HASH },
    product: productOf(instrument),
  };
  const { modelVersion: older } = (await buildRelease(releasesFolder, facts, heads, nowMs)).predicate;
  const back = { ...facts, releaseId: BACK, shipId: BACK };
  buildRollback(releasesFolder, back, { olderVersion: older, grounds: { sighting: faultOf(home, nowMs) } }, nowMs);
  const keysFolder = homePlaces(home).signer.keys;
  const signed = await signRelease({ releasesFolder, keysFolder, root, releaseId: BACK, nowMs });
  const accepted = await acceptRelease({
    brokerFolder: homePlaces(home).broker.folder,
    incomingFolder: releasesFolder,
    tarball: path.basename(signed.tarballFile),
    envelope: path.basename(signed.envelopeFile),
    nowMs: Date.now(),
  });
  const { modelVersion, counter, payloadSha256 } = signed;
  const { tarball, envelope } = accepted;
  const armed: ArmedSwap = {
    ...{ v: 1, shipId: BACK, modelVersion, counter, payloadSha256 },
    ...{ tarball, envelope, notBeforeMarketMs: 0 },
  };
  mkdirSync(homePlaces(home).broker.armed, { recursive: true });
  replaceFile(path.join(homePlaces(home).broker.armed, 'swap.json'), JSON.stringify(armed));
}

/** What a broker says of a release that misbehaves: on that word its rollback waits for no open. */
function faultOf(home: string, nowMs: number): DsseEnvelope {
  const at = new Date(nowMs).toISOString();
  const seen = { shipId: SHIP, payloadSha256: NO_HASH, counter: 1, swappedAt: at, healthy: false, faults: [], at };
  const keys = readSigningKeys(homePlaces(home).broker.keys, 'journal');
  return signSighting({ kind: 'believe.sighting', version: 1, ...seen }, keys);
}
