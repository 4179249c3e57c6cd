import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { homePlaces } from '../../shared/config/home-places.js';
import { BadInput, Failure } from '../../shared/failure.js';
import type { HeadSet } from '../../shared/model/heads/head-set.js';
import { loadHeadSet } from '../../shared/model/heads/load-head-set.js';
import { readInputFile } from '../../shared/node/disk/plain-file.js';
import { openArchive } from '../../shared/trust/archive.js';
import { ENVELOPE_BYTES_MAX, parseEnvelope } from '../../shared/trust/dsse.js';
import { ARCHIVE_BYTES_MAX, type ReleasePredicate, releaseStatement } from '../../shared/trust/statement.js';
import { readBuiltRelease, readCandidate, releaseLedger } from '../release/build-release.js';

export interface ReplayHeads {
  readonly heads: HeadSet;
  /** `believe-v3`, or the name of a candidate's folder. */
  readonly name: string;
  /** sha256 of the tarball; null for a candidate, which has none yet. */
  readonly sha256: string | null;
  /** Trained on generated data. */
  readonly synthetic: boolean;
}

/**
 * Heads to replay with: a release's tarball (`believe-v<N>.tar.gz` with its statement or envelope beside it) or a
 * candidate's folder. Research replays what it built itself; who may trust a release is the broker's question.
 * @throws BadInput, ReleaseRefused where the files are not those of the statement, HeadSetRefused
 */
export async function loadReplayHeads(place: string): Promise<ReplayHeads> {
  if (!existsSync(place)) throw new BadInput(place, undefined, 'there is no such file or folder', 'check the path');
  if (statSync(place).isDirectory()) {
    const heads = await loadHeadSet(readCandidate(place));
    return { heads, name: path.basename(place), sha256: null, synthetic: false };
  }
  const tarball = readInputFile(place, ARCHIVE_BYTES_MAX);
  const { files, synthetic } = predicateBeside(place);
  return {
    heads: await loadHeadSet(await openArchive(tarball, files)),
    name: path.basename(place).replace(/\.tar\.gz$/, ''),
    sha256: createHash('sha256').update(tarball).digest('hex'),
    synthetic,
  };
}

/** The tarball of the release that trades in a home folder, or of one version of it. @throws Failure 'NoRelease' */
export function releaseTarball(home: string, modelVersion?: number): string {
  const folder = homePlaces(home).research.releases;
  const version =
    modelVersion ??
    releaseLedger(folder)
      .list()
      .findLast(({ state }) => state === 'live')?.modelVersion;
  if (version === undefined)
    throw new Failure('NoRelease', `no release of ${home} is live`, 'name a tarball with --release');
  return readBuiltRelease(folder, version).tarballFile;
}

function predicateBeside(tarball: string): ReleasePredicate {
  const stem = tarball.replace(/\.tar\.gz$/, '');
  const payload = existsSync(`${stem}.statement.json`)
    ? readInputFile(`${stem}.statement.json`, ENVELOPE_BYTES_MAX)
    : existsSync(`${stem}.dsse.json`)
      ? Buffer.from(parseEnvelope(readInputFile(`${stem}.dsse.json`, ENVELOPE_BYTES_MAX)).payload, 'base64')
      : null;
  if (payload === null)
    throw new BadInput(
      tarball,
      undefined,
      `has neither ${path.basename(stem)}.dsse.json nor .statement.json beside it`,
      'keep a release and its envelope together',
    );
  return releaseStatement.parse(JSON.parse(payload.toString('utf8'))).predicate;
}
