import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { readBounded } from '../../broker/load-release.js';
import { readBuiltRelease, releaseLedger } from '../../research/release/build-release.js';
import type { LedgerRelease } from '../../research/release/ledger.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { Failure, UsageFailure } from '../../shared/failure.js';
import { loadConfig } from '../../shared/node/config/load-config.js';
import { HANDWRITTEN_BYTES_MAX, readInputFile, readInputText } from '../../shared/node/disk/plain-file.js';
import { ROOT_FILE } from '../../shared/node/trust/trust-store.js';
import { openArchive } from '../../shared/trust/archive.js';
import { ENVELOPE_BYTES_MAX } from '../../shared/trust/dsse.js';
import { type Pin, pin } from '../../shared/trust/pin.js';
import type { ReleaseProduct } from '../../shared/trust/product.js';
import { ReleaseRefused } from '../../shared/trust/refusal.js';
import { readRoot, type TrustedRoot } from '../../shared/trust/root.js';
import { ARCHIVE_BYTES_MAX, type ReleasePredicate } from '../../shared/trust/statement.js';
import { verifyRelease } from '../../shared/trust/verify-release.js';
import { wholeNumber } from '../option-values.js';
import { printResult } from '../output.js';

/** `believe release`: check a release as a broker does, list all releases, show one. */
export function register(noun: Command): void {
  noun
    .command('verify')
    .description('check a tarball and its envelope as a broker does; moves no pin; exit code 1 on a refusal')
    .argument('<tarball>', 'believe-v<N>.tar.gz')
    .requiredOption('--envelope <file>', 'its DSSE envelope, believe-v<N>.dsse.json')
    .requiredOption('--root <folder>', 'folder with root.json (broker/trust of a home folder), or the file itself')
    .option('--pin <file>', 'also refuse what is older than this pin.json')
    .option('--json', 'one JSON object on stdout')
    .action(verify);
  noun
    .command('list')
    .description('every release of a home folder, with its numbers and how far it has come')
    .option('--home <folder>', 'home folder')
    .option('--json', 'one JSON object on stdout')
    .action(list);
  noun
    .command('card')
    .description('what one release is made of, who let it go, and its model card')
    .argument('<version>', 'model version', modelVersion)
    .option('--home <folder>', 'home folder')
    .option('--json', 'one JSON object on stdout')
    .action(card);
}

async function verify(
  file: string,
  options: { envelope: string; root: string; pin?: string; json?: boolean },
): Promise<void> {
  const result = await verdictOn(file, options);
  const text = result.ok
    ? `ok: v${result.modelVersion}, counter ${result.counter}, for ${productText(result.product)}${result.synthetic ? ', trained on SYNTHETIC data' : ''}`
    : `refused: ${result.message}\n  -> ${result.fix}`;
  printResult(options.json === true, result, text);
  if (!result.ok) process.exitCode = 1;
}

async function verdictOn(file: string, options: { envelope: string; root: string; pin?: string }) {
  const pinned = options.pin === undefined ? null : pinIn(options.pin);
  const rootFile = rootFileAt(options.root);
  const envelope = readBounded(named(options.envelope), ENVELOPE_BYTES_MAX);
  const tarball = readBounded(named(file), ARCHIVE_BYTES_MAX);
  try {
    const root = rootIn(rootFile);
    const release = await verifyRelease({ envelope, tarball, root, pin: pinned, nowMs: Date.now() });
    const { modelVersion, counter, synthetic, product = null, decision = null } = release.predicate;
    const { payloadSha256, keyIds } = release;
    return {
      ok: true as const,
      modelVersion,
      counter,
      reason: null,
      payloadSha256,
      keyIds,
      files: release.files.size,
      synthetic,
      product,
      decision,
    };
  } catch (error) {
    if (!(error instanceof ReleaseRefused)) throw error;
    const { reason, message, fix, details } = error;
    return { ok: false as const, modelVersion: null, counter: null, reason, message, fix, details };
  }
}

function productText(product: ReleaseProduct | null | undefined): string {
  if (!product) return 'no product that it names: no broker loads it';
  const { symbol, exchange, tickSize } = product;
  return `${symbol} at ${exchange} in steps of ${tickSize}`;
}

function rootFileAt(place: string): string {
  return named(statSync(named(place)).isDirectory() ? path.join(place, ROOT_FILE) : place);
}

function rootIn(file: string): TrustedRoot {
  try {
    return readRoot(readInputFile(file, ENVELOPE_BYTES_MAX));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new ReleaseRefused('root-refused', { file, cause: error.message });
  }
}

function pinIn(file: string): Pin {
  try {
    return pin.parse(JSON.parse(readInputText(named(file), HANDWRITTEN_BYTES_MAX)));
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new UsageFailure(`${file} is not a pin`, 'name the pin.json of a broker folder');
  }
}

function named(file: string): string {
  if (!existsSync(file)) throw new Failure('NoSuchFile', `there is no ${file}`, 'check the path');
  return file;
}

function list(options: { home?: string; json?: boolean }): void {
  const releases = releaseLedger(releasesOf(options)).list();
  const rows = releases.map(
    ({ modelVersion, counter, epoch, state, allocatedAt, releaseId }) =>
      `v${modelVersion}  counter ${counter}  epoch ${epoch}  ${state.padEnd(9)}  ${allocatedAt}  ${releaseId}`,
  );
  printResult(options.json === true, { releases }, rows.join('\n') || 'no releases yet');
}

async function card(modelVersion: number, options: { home?: string; json?: boolean }): Promise<void> {
  const releasesFolder = releasesOf(options);
  const { predicate, tarballFile } = readBuiltRelease(releasesFolder, modelVersion);
  const ledgerLine = releaseLedger(releasesFolder)
    .list()
    .find((release) => release.modelVersion === modelVersion);
  const files = await openArchive(readFileSync(tarballFile), predicate.files);
  const modelCard = files.get(MODEL_CARD_FILE)?.toString('utf8');
  const result = {
    ...predicate,
    state: ledgerLine?.state ?? null,
    tarballFile,
    modelCard: modelCard === undefined ? null : (JSON.parse(modelCard) as unknown),
  };
  printResult(options.json === true, result, cardText(predicate, ledgerLine, tarballFile));
}

const MODEL_CARD_FILE = 'model-card.json';

function cardText(predicate: ReleasePredicate, ledgerLine: LedgerRelease | undefined, tarballFile: string): string {
  const { decision, rollbackOf } = predicate;
  return [
    `believe v${predicate.modelVersion}${predicate.synthetic ? '  SYNTHETIC: trained on generated data' : ''}`,
    `  state     ${ledgerLine?.state ?? 'unknown to the ledger'}, epoch ${predicate.epoch}, counter ${predicate.counter}`,
    `  issued    ${predicate.issued}, loadable until ${predicate.expires}`,
    `  gate      ${predicate.gateVerdict}${decision ? `, let go by ${decision.by}: ${decision.reason}` : ''}`,
    ...(rollbackOf ? [`  rollback  to the bytes of v${rollbackOf.modelVersion}`] : []),
    `  product   ${productText(predicate.product)}`,
    `  training  ${predicate.training.shards} shards, Merkle root ${predicate.training.merkleRoot}`,
    `  code      ${predicate.codeCommit}`,
    `  tarball   ${tarballFile}`,
    ...predicate.files.map(
      ({ name, size, sha256 }) => `    ${sha256.slice(0, 16)}  ${String(size).padStart(9)}  ${name}`,
    ),
  ].join('\n');
}

function releasesOf({ home }: { home?: string }): string {
  const config = loadConfig({ overrides: home === undefined ? {} : { home } });
  if (!existsSync(config.home)) throw new UsageFailure(`there is no home folder ${config.home}`, 'name it with --home');
  return homePlaces(config.home).research.releases;
}

const counter = wholeNumber(1);

/** `7` or `v7`. */
function modelVersion(text: string): number {
  return counter(text.replace(/^v/, ''));
}
