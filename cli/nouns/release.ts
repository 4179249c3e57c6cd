import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { z } from 'zod';
import { readBounded } from '../../broker/load-release.js';
import { MODEL_CARD_HTML, MODEL_CARD_JSON } from '../../research/model-card/build-model-card.js';
import { diffCards } from '../../research/model-card/diff-cards.js';
import { readBuiltRelease, releaseLedger } from '../../research/release/build-release.js';
import type { LedgerRelease } from '../../research/release/ledger.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { Failure, UsageFailure } from '../../shared/failure.js';
import { loadConfig } from '../../shared/node/config/load-config.js';
import { HANDWRITTEN_BYTES_MAX, readInputFile, readInputText } from '../../shared/node/disk/plain-file.js';
import { replaceFile } from '../../shared/node/disk/replace-file.js';
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

/** `believe release`: check a release as a broker does, list all releases, show one, compare two. */
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
    .option('--html <file>', 'also write the model card as a page')
    .option('--home <folder>', 'home folder')
    .option('--json', 'one JSON object on stdout')
    .action(card);
  noun
    .command('diff')
    .description('what differs between the model cards of two releases: heads, recipes, data, policy, results')
    .argument('<from>', 'model version', modelVersion)
    .argument('<to>', 'model version', modelVersion)
    .option('--home <folder>', 'home folder')
    .option('--json', 'one JSON object on stdout')
    .action(diff);
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

async function card(modelVersion: number, options: { home?: string; json?: boolean; html?: string }): Promise<void> {
  const releasesFolder = releasesOf(options);
  const { predicate, tarballFile, files } = await releaseIn(releasesFolder, modelVersion);
  const ledgerLine = releaseLedger(releasesFolder)
    .list()
    .find((release) => release.modelVersion === modelVersion);
  const modelCard = files.get(MODEL_CARD_JSON)?.toString('utf8');
  const page = files.get(MODEL_CARD_HTML);
  if (options.html !== undefined) {
    if (!page) throw noCard(modelVersion);
    replaceFile(options.html, page);
  }
  const result = {
    ...predicate,
    state: ledgerLine?.state ?? null,
    tarballFile,
    modelCard: modelCard === undefined ? null : (JSON.parse(modelCard) as unknown),
  };
  const text = cardText(predicate, ledgerLine, tarballFile);
  printResult(options.json === true, result, [text, ...resultLines(result.modelCard)].join('\n'));
}

async function diff(from: number, to: number, options: { home?: string; json?: boolean }): Promise<void> {
  const releasesFolder = releasesOf(options);
  const [before, after] = await Promise.all([from, to].map((version) => cardIn(releasesFolder, version)));
  const differences = diffCards(before!, after!);
  const lines = differences.map(
    ({ field, from: was, to: is }) => `${field.padEnd(48)}  ${shown(was)}  ->  ${shown(is)}`,
  );
  printResult(options.json === true, { from, to, differences }, lines.join('\n') || 'the cards say the same');
}

function shown(value: unknown): string {
  if (value === undefined) return 'none';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}

async function releaseIn(releasesFolder: string, version: number) {
  const { predicate, tarballFile } = readBuiltRelease(releasesFolder, version);
  return { predicate, tarballFile, files: await openArchive(readFileSync(tarballFile), predicate.files) };
}

async function cardIn(releasesFolder: string, version: number): Promise<Record<string, unknown>> {
  const text = (await releaseIn(releasesFolder, version)).files.get(MODEL_CARD_JSON)?.toString('utf8');
  if (text === undefined) throw noCard(version);
  return JSON.parse(text) as Record<string, unknown>;
}

function noCard(version: number): Failure {
  return new Failure('NoSuchFile', `v${version} holds no model card`, 'choose a release that a ship has made');
}

const inTicks = z.number().transform((value) => value.toFixed(Math.abs(value) < 10 ? 2 : 0));
/** As much of a card as its summary tells; a card of other code may say it otherwise. */
const results = z.object({
  gate: z.object({
    verdict: z.object({ outcome: z.string(), reasons: z.array(z.object({ sentence: z.string() })) }),
    evidence: z.object({
      portfolio: z
        .object({
          tradeDates: z.number(),
          keptDates: z.number(),
          candidate: z.object({
            netTicks: inTicks,
            netTicksInterval: z.object({ low: inTicks, high: inTicks }).nullable(),
            trades: z.number(),
            sharpePerDay: z.number(),
            deflatedSharpe: z.number(),
          }),
        })
        .nullable(),
    }),
  }),
});

function resultLines(card: unknown): string[] {
  const read = results.safeParse(card);
  if (!read.success) return [];
  const { verdict, evidence } = read.data.gate;
  const { portfolio } = evidence;
  const lines = [
    `  outcome   ${verdict.outcome}`,
    ...verdict.reasons.map(({ sentence }) => `            - ${sentence}`),
  ];
  if (!portfolio) return lines;
  const { candidate, tradeDates, keptDates } = portfolio;
  const range = candidate.netTicksInterval;
  return [
    ...lines,
    `  result    ${candidate.netTicks} ticks net${range ? ` (90 %: ${range.low} to ${range.high})` : ''} in ${candidate.trades.toFixed(0)} trades on ${tradeDates} trade dates, ${keptDates} of them kept`,
    `  Sharpe    ${candidate.sharpePerDay.toFixed(2)} a day, deflated ${(100 * candidate.deflatedSharpe).toFixed(1)} %`,
  ];
}

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
