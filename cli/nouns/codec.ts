import path from 'node:path';
import type { Command } from 'commander';
import { homePlaces } from '../../shared/config/home-places.js';
import { UsageFailure } from '../../shared/failure.js';
import {
  addPayloadKey,
  makePayloadKeys,
  type PayloadKeyFacts,
  payloadKeyFacts,
  usePayloadKey,
} from '../../temporal/payload-keys.js';
import { serveCodec } from '../codec/serve-command.js';
import { configOf, type HomeOptions, homeVerbs } from '../home-verb.js';
import { printResult } from '../output.js';

/** `believe codec`: keys of the payloads that the Temporal server cannot read, and who decodes them for people. */
export function register(noun: Command): void {
  const keys = homeVerbs(noun.command('keys').description('the key file').exitOverride());
  keys('init', 'make a key file with one key, for its user only; one that is there is left alone')
    .option('--file <file>', FILE)
    .action(init);
  keys('rotate', 'a new key encrypts from now on; what older ones encrypted stays readable')
    .option('--file <file>', FILE)
    .option('--add-only', 'only add the key, so that the file can first be brought to every machine')
    .option('--to <id>', 'let this key of the file encrypt, and make none')
    .action(rotate);
  keys('show', 'which keys there are, and which one encrypts').option('--file <file>', FILE).action(show);
  homeVerbs(noun)('serve', 'decode for the Web UI and `temporal --codec-endpoint`, on loopback, until stopped').action(
    (options: HomeOptions) => serveCodec(configOf(options)),
  );
}

const FILE = 'key file (default: temporal.encryption.keysFile, else payload-keys.json in the home folder)';

type KeyOptions = HomeOptions & { file?: string };

function init(options: KeyOptions): void {
  const { file, isInSettings } = placeOf(options);
  print(options, file, makePayloadKeys(file, Date.now()), [
    `made ${file}: bring it to every machine with a worker or the command line, and keep a copy elsewhere`,
    'without it no run that it encrypted can be read or goes on',
    ...(isInSettings ? [] : [`  -> set temporal.encryption.keysFile to ${file}`]),
  ]);
}

async function rotate(options: KeyOptions & { addOnly?: boolean; to?: string }): Promise<void> {
  const { file } = placeOf(options);
  if (options.addOnly && options.to !== undefined)
    throw new UsageFailure('--add-only and --to exclude each other', 'add first, then use the key with --to');
  const facts =
    options.to === undefined
      ? await addPayloadKey(file, Date.now(), !options.addOnly)
      : await usePayloadKey(file, options.to);
  const newest = facts.at(-1)!.id;
  print(options, file, facts, [
    options.addOnly
      ? `added ${newest}; once the file is on every machine: believe codec keys rotate --to ${newest}`
      : 'bring the file to every other machine: one that has not got it cannot read what is encrypted now',
  ]);
}

function show(options: KeyOptions): void {
  const { file } = placeOf(options);
  print(options, file, payloadKeyFacts(file), []);
}

function print(options: KeyOptions, file: string, keys: PayloadKeyFacts[], said: string[]): void {
  const lines = keys.map(({ id, createdUtc, isCurrent }) => `  ${id}  ${createdUtc}${isCurrent ? '  encrypts' : ''}`);
  printResult(options.json === true, { file, keys }, [...said, ...lines].join('\n'));
}

function placeOf(options: KeyOptions): { file: string; isInSettings: boolean } {
  const { home, temporal } = configOf(options);
  const { keysFile } = temporal.encryption;
  const set = keysFile === null ? null : path.resolve(home, keysFile);
  const file = options.file === undefined ? (set ?? homePlaces(home).payloadKeys) : path.resolve(options.file);
  return { file, isInSettings: file === set };
}
