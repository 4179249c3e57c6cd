import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { BadInput, Failure } from '../../shared/failure.js';
import { createFile } from '../../shared/node/disk/create-file.js';
import { replaceFile } from '../../shared/node/disk/replace-file.js';
import { describeFiles, packArchive, type ReleaseFiles } from '../../shared/trust/archive.js';
import {
  ARCHIVE_BYTES_MAX,
  encodeStatement,
  FEATURE_SCHEMA_FILE,
  GATE_REPORT_FILE,
  type ReleasePredicate,
  releaseStatement,
  tarballName,
} from '../../shared/trust/statement.js';
import { type Allocation, ReleaseLedger } from './ledger.js';

/** What the research tier says of a release; the rest of the statement follows from the files and the ledger. */
export interface ReleaseFacts
  extends Pick<
    ReleasePredicate,
    | 'shipId'
    | 'epoch'
    | 'training'
    | 'gateVerdict'
    | 'decision'
    | 'product'
    | 'codeCommit'
    | 'lockfileSha256'
    | 'synthetic'
  > {
  /** Identity of the release in the ledger: the ship's id, or an id of its own for a rollback. */
  readonly releaseId: string;
  /** How long brokers may load it. */
  readonly lifetimeDays: number;
}

export interface BuiltRelease {
  readonly predicate: ReleasePredicate;
  /** The exact bytes to sign. */
  readonly payload: Buffer;
  readonly tarballFile: string;
}

/**
 * Packs a candidate and writes down the statement that will be signed. The numbers come from the ledger and the first
 * statement written stays, so building again after a crash gives the same bytes.
 * @param releasesFolder `releases/` of the research tier
 * @throws CandidateChanged when the same release is built from other files
 */
export async function buildRelease(
  releasesFolder: string,
  facts: ReleaseFacts,
  files: ReleaseFiles,
  nowMs: number,
): Promise<BuiltRelease> {
  for (const name of [FEATURE_SCHEMA_FILE, GATE_REPORT_FILE]) {
    if (!files.has(name)) throw new BadInput(name, undefined, 'the candidate has no such file', 'assemble it again');
  }
  const { releaseId, lifetimeDays, ...said } = facts;
  const numbers = releaseLedger(releasesFolder).allocate(releaseId, facts.epoch);
  const tarball = await packArchive(files);
  const described = describeFiles(files);
  const hashOf = (name: string) => described.find((file) => file.name === name)!.sha256;
  return keep(releasesFolder, numbers, tarball, {
    ...said,
    ...validity(nowMs, lifetimeDays),
    archive: { size: tarball.length, sha256: createHash('sha256').update(tarball).digest('hex') },
    files: described,
    featureSchemaSha256: hashOf(FEATURE_SCHEMA_FILE),
    gateReportSha256: hashOf(GATE_REPORT_FILE),
  });
}

/** On whose word older bytes come back; it stands in the statement, for brokers to check. */
export type RollbackGrounds = Pick<NonNullable<ReleasePredicate['rollbackOf']>, 'order' | 'sighting'>;

/**
 * A rollback is a new release, with a higher counter, that names the bytes of an older one again.
 * @param back model version whose bytes come back, and on whose word
 * @throws ReleaseMissing when that release was never built here
 */
export function buildRollback(
  releasesFolder: string,
  facts: Pick<ReleaseFacts, 'releaseId' | 'shipId' | 'epoch' | 'lifetimeDays'>,
  back: { readonly olderVersion: number; readonly grounds: RollbackGrounds },
  nowMs: number,
): BuiltRelease {
  const { olderVersion, grounds } = back;
  const older = readBuiltRelease(releasesFolder, olderVersion);
  const { releaseId, lifetimeDays, ...said } = facts;
  const numbers = releaseLedger(releasesFolder).allocate(releaseId, facts.epoch);
  return keep(releasesFolder, numbers, readFileSync(older.tarballFile), {
    ...older.predicate,
    ...said,
    ...validity(nowMs, lifetimeDays),
    rollbackOf: {
      modelVersion: olderVersion,
      payloadSha256: createHash('sha256').update(older.payload).digest('hex'),
      ...grounds,
    },
  });
}

/** A release that was built before. @throws ReleaseMissing */
export function readBuiltRelease(releasesFolder: string, modelVersion: number): BuiltRelease {
  const tarballFile = path.join(releasesFolder, tarballName(modelVersion));
  const file = statementFile(releasesFolder, modelVersion);
  if (!existsSync(file) || !existsSync(tarballFile)) throw new ReleaseMissing(releasesFolder, `v${modelVersion}`);
  return { ...readStatement(file), tarballFile };
}

/** Whether the statement of a release is kept already: whatever it was made on was checked then. */
export function isBuilt(releasesFolder: string, releaseId: string): boolean {
  const numbers = releaseLedger(releasesFolder).find(releaseId);
  return numbers !== undefined && existsSync(statementFile(releasesFolder, numbers.modelVersion));
}

export function releaseLedger(releasesFolder: string): ReleaseLedger {
  return new ReleaseLedger(path.join(releasesFolder, 'ledger'));
}

const CANDIDATE_FILES_MAX = 200;

/** Every file under a candidate folder, by its path with `/`. @throws BadInput for a folder of more than a release can hold */
export function readCandidate(folder: string): Map<string, Buffer> {
  if (!existsSync(folder)) throw new BadInput(folder, undefined, 'is not there', 'train a candidate first');
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const bytes = entries.reduce((sum, entry) => sum + statSync(path.join(entry.parentPath, entry.name)).size, 0);
  if (entries.length > CANDIDATE_FILES_MAX || bytes > ARCHIVE_BYTES_MAX)
    throw new BadInput(folder, undefined, 'holds more than a candidate can', "name a candidate's folder");
  const names = entries.map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
  return new Map(names.sort().map((name) => [name.split(path.sep).join('/'), readFileSync(path.join(folder, name))]));
}

export class ReleaseMissing extends Failure {
  constructor(releasesFolder: string, which: string) {
    super('ReleaseMissing', `${releasesFolder} has no release ${which}`, 'see `believe release list`');
  }
}

export class CandidateChanged extends Failure {
  constructor(modelVersion: number) {
    super(
      'CandidateChanged',
      `v${modelVersion} was built from other files before; its counter is bound to those`,
      'start a new ship: its release gets numbers of its own',
    );
  }
}

/** A statement that is kept already says something else of the same bytes: whoever asks now is not who asked first. */
export class StatementDiffers extends Failure {
  constructor(modelVersion: number, fields: readonly string[]) {
    super(
      'StatementDiffers',
      `v${modelVersion} has a statement already, which differs in ${fields.join(', ')}; its counter is bound to that`,
      'start a new ship: its release gets numbers of its own',
      { modelVersion, fields },
    );
  }
}

type WithoutNumbers = Omit<ReleasePredicate, keyof Allocation>;

/**
 * The first statement wins, and only a build of those very bytes writes the tarball: two processes that build one
 * release from different files cannot mix them.
 */
function keep(releasesFolder: string, numbers: Allocation, tarball: Buffer, facts: WithoutNumbers): BuiltRelease {
  const { releaseId: _, ...counted } = numbers;
  const { modelVersion } = numbers;
  const file = statementFile(releasesFolder, modelVersion);
  const wanted = encodeStatement({ ...facts, ...counted });
  if (!existsSync(file)) createFile(file, wanted);
  const { predicate, payload } = readStatement(file);
  if (predicate.archive.sha256 !== facts.archive.sha256) throw new CandidateChanged(modelVersion);
  const differing = differingFacts(predicate, predicateIn(wanted));
  if (differing.length > 0) throw new StatementDiffers(modelVersion, differing);
  const tarballFile = path.join(releasesFolder, tarballName(modelVersion));
  if (!existsSync(tarballFile) || !readFileSync(tarballFile).equals(tarball)) replaceFile(tarballFile, tarball);
  return { predicate, payload, tarballFile };
}

/** The statement of a release that was found signed elsewhere: what was signed is the statement, whatever was built here. */
export function adoptStatement(releasesFolder: string, modelVersion: number, payload: Buffer): void {
  replaceFile(statementFile(releasesFolder, modelVersion), payload);
}

function readStatement(file: string): Pick<BuiltRelease, 'predicate' | 'payload'> {
  const payload = readFileSync(file);
  return { predicate: predicateIn(payload), payload };
}

function predicateIn(payload: Buffer): ReleasePredicate {
  return releaseStatement.parse(JSON.parse(payload.toString('utf8'))).predicate;
}

/** Everything but the times, which are those of the first build. */
function differingFacts(kept: ReleasePredicate, wanted: ReleasePredicate): string[] {
  const fields = [...new Set([...Object.keys(kept), ...Object.keys(wanted)])] as (keyof ReleasePredicate)[];
  return fields.filter(
    (field) => field !== 'issued' && field !== 'expires' && !isDeepStrictEqual(kept[field], wanted[field]),
  );
}

function validity(nowMs: number, lifetimeDays: number): Pick<ReleasePredicate, 'issued' | 'expires'> {
  return {
    issued: new Date(nowMs).toISOString(),
    expires: new Date(nowMs + lifetimeDays * 86_400_000).toISOString(),
  };
}

function statementFile(releasesFolder: string, modelVersion: number): string {
  return path.join(releasesFolder, `believe-v${modelVersion}.statement.json`);
}
