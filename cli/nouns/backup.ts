import { statSync } from 'node:fs';
import path from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { keyLines, type Openers } from '../../backup/age.js';
import { archivesIn } from '../../backup/archive-name.js';
import { createBackup } from '../../backup/create.js';
import { type BackupTier, TIERS } from '../../backup/manifest.js';
import type { OtherSide } from '../../backup/other-side.js';
import { KEEPS_NOTHING, readBackup } from '../../backup/read-archive.js';
import { rehearse } from '../../backup/rehearse.js';
import { restoreBackup } from '../../backup/restore.js';
import { settleHome } from '../../backup/settle.js';
import { UsageFailure } from '../../shared/failure.js';
import { HANDWRITTEN_BYTES_MAX, readInputText } from '../../shared/node/disk/plain-file.js';
import { readPrivateFile, readPrivateLine } from '../../shared/node/process/private-files.js';
import { contentText, createdText, rehearsedText, summary } from '../backup/backup-text.js';
import { configOf, type HomeOptions, homeVerbs } from '../home-verb.js';
import { wholeNumber } from '../option-values.js';
import { printResult } from '../output.js';
import { ownVersion } from '../own-version.js';

interface KeyOptions {
  identity?: string;
  passphraseFile?: string;
}
interface CreateOptions extends HomeOptions, KeyOptions {
  to: string;
  tier: BackupTier;
  recipient: string[];
  recipientsFile?: string;
  keep?: number;
  objects?: boolean;
  rootKeys?: boolean;
  postgres?: string;
}
interface SideOptions extends HomeOptions {
  researchHome?: string;
  brokerHome?: string;
  published?: string;
  receipts?: string;
  alone?: boolean;
}
type RehearseOptions = SideOptions & KeyOptions & { in?: string };

/** `believe backup`: encrypted backups of a home, and the way back from one. */
export function register(noun: Command): void {
  const verb = homeVerbs(noun, { home: 'home folder' });

  withKeys(verb('create', 'write an encrypted backup of a home, which may run meanwhile'))
    .requiredOption('--to <folder>', 'where to; not inside the home')
    .addOption(new Option('--tier <tier>', 'of which tier').choices(TIERS).default('all'))
    .option(
      '--recipient <recipient>',
      'public key of age that may open it; more than once for more',
      collectRecipient,
      [],
    )
    .option('--recipients-file <file>', 'the same, one a line')
    .option(
      '--keep <count>',
      'so many backups of this home stay; older ones go when the new one was read back',
      wholeNumber(1, 10_000),
    )
    .option('--objects', "also the store's objects: they may be large")
    .option('--root-keys', 'also private root keys that still lie in this home')
    .option(
      '--postgres <url>',
      "also a pg_dump of Temporal's database; its password belongs into PGPASSFILE",
      postgresUrl,
    )
    .action(create);

  withKeys(noun.command('verify').description('decrypt a backup, compare every file with its hash, say what is in it'))
    .argument('<file>', 'the backup')
    .option('--json', 'print one JSON object')
    .exitOverride()
    .action(async (file: string, { json, ...keys }: KeyOptions & { json?: boolean }) => {
      const read = await readBackup(file, openersOf(keys), KEEPS_NOTHING);
      printResult(json === true, summary(read), contentText(read));
    });

  withKeys(verb('restore', 'make a home from a backup; then settle it'))
    .argument('<file>', 'the backup')
    .action(restore);

  withSides(verb('settle', 'compare a restored home with the other side, and let it be used again')).action(
    (options: SideOptions) => {
      const { home, upload } = configOf(options);
      const settled = settleHome({
        home,
        broker: upload.broker,
        epoch: upload.epoch,
        side: sideOf(options),
        nowMs: Date.now,
      });
      printResult(options.json === true, settled, settled.lines.join('\n'));
    },
  );

  withSides(
    withKeys(
      verb(
        'rehearse',
        'restore a backup where nobody uses it, open all that counts, remove it; 1 where a thing is wrong',
      ),
    ),
  )
    .argument('<file>', 'the backup')
    .option('--in <folder>', 'where; it holds keys meanwhile (default: the folder for temporary files)')
    .action(rehearsal);

  noun
    .command('ls')
    .description('backups in a folder, oldest first')
    .argument('<folder>', 'where they lie')
    .option('--json', 'print one JSON object')
    .exitOverride()
    .action((folder: string, { json }: { json?: boolean }) => {
      const backups = archivesIn(folder);
      const lines = backups.map(({ at, bytes, name }) => `${at}  ${String(bytes).padStart(12)}  ${name}`);
      printResult(json === true, { backups }, lines.join('\n') || `no backup in ${folder}`);
    });
}

function withKeys(command: Command): Command {
  return command
    .option('--identity <file>', 'private key of age, as age-keygen writes it')
    .option('--passphrase-file <file>', 'for your user only; its first line is the passphrase');
}

function withSides(command: Command): Command {
  return command
    .option('--research-home <dir>', 'home of the research tier, where it can be read from here')
    .option('--broker-home <dir>', 'home of the broker tier, where it can be read from here')
    .option('--published <dir>', 'a copy of what was published')
    .option('--receipts <dir>', "a copy of research's receipts")
    .option('--alone', 'there is no other side left: begin new epochs');
}

async function create(options: CreateOptions): Promise<void> {
  const config = configOf(options);
  const openers = openersOf(options, false);
  const created = await createBackup({
    ...{
      home: config.home,
      target: path.resolve(options.to),
      broker: config.upload.broker,
      epoch: config.upload.epoch,
    },
    ...{ tier: options.tier, objects: options.objects === true, rootKeys: options.rootKeys === true },
    ...{
      keep: options.keep ?? null,
      postgres: options.postgres ?? null,
      program: `believe ${ownVersion()}`,
      nowMs: Date.now,
    },
    locks: { recipients: recipientsOf(options), passphrase: openers.passphrase },
    openers: openers.identities.length > 0 || openers.passphrase !== null ? openers : null,
  });
  printResult(options.json === true, summary(created), createdText(created));
}

async function restore(file: string, options: HomeOptions & KeyOptions): Promise<void> {
  if (options.home === undefined)
    throw new UsageFailure('where to is not said', 'give --home with a folder that is empty or not there');
  const read = await restoreBackup({ file, home: options.home, openers: openersOf(options), nowMs: Date.now() });
  const next = 'Nothing is loaded, signed or sealed here before `believe backup settle`.';
  printResult(options.json === true, summary(read), `${contentText(read)}\n${next}`);
}

async function rehearsal(file: string, options: RehearseOptions): Promise<void> {
  const { upload, public: page } = configOf(options);
  const result = await rehearse({
    ...{ file, openers: openersOf(options), broker: upload.broker, epoch: upload.epoch, origin: page.origin },
    ...{ side: rehearsalSide(options), folder: options.in ?? null, nowMs: Date.now },
  });
  if (result.faults.length > 0) process.exitCode = 1;
  printResult(options.json === true, result, rehearsedText(result));
}

/** A rehearsal that is told of no other side tries what an operator would do who has lost it too. */
function rehearsalSide(options: SideOptions): OtherSide {
  const side = sideOf(options);
  const isTold = [side.researchHome, side.brokerHome, side.published, side.receipts].some((one) => one !== null);
  return { ...side, alone: side.alone || !isTold };
}

function sideOf({ researchHome, brokerHome, published, receipts, alone }: SideOptions): OtherSide {
  for (const folder of [researchHome, brokerHome, published, receipts])
    if (folder !== undefined && !isFolder(folder))
      throw new UsageFailure(`${folder} is no folder`, 'name one that is there');
  return {
    ...{ researchHome: researchHome ?? null, brokerHome: brokerHome ?? null, published: published ?? null },
    ...{ receipts: receipts ?? null, alone: alone === true },
  };
}

function recipientsOf({ recipient, recipientsFile }: CreateOptions): string[] {
  const fromFile = recipientsFile === undefined ? [] : keyLines(readInputText(recipientsFile, HANDWRITTEN_BYTES_MAX));
  return [...recipient, ...fromFile];
}

function openersOf({ identity, passphraseFile }: KeyOptions, isNeeded = true): Openers {
  if (isNeeded && identity === undefined && passphraseFile === undefined)
    throw new UsageFailure('what opens the backup is not said', 'give --identity or --passphrase-file');
  return {
    identities: identity === undefined ? [] : keyLines(readPrivateFile(identity).toString('utf8')),
    passphrase: passphraseFile === undefined ? null : passphraseIn(passphraseFile),
  };
}

function passphraseIn(file: string): string {
  const line = readPrivateLine(file);
  if (line === '') throw new UsageFailure(`${file} begins with an empty line`, 'its first line is the passphrase');
  return line;
}

function collectRecipient(text: string, before: string[] = []): string[] {
  if (/^age1[a-z0-9]+$/.test(text)) return [...before, text];
  throw new InvalidArgumentError('give a public key of age, such as age1...');
}

function postgresUrl(text: string): string {
  if (/^postgres(ql)?:\/\//.test(text)) return text;
  throw new InvalidArgumentError('give a URL such as postgresql:///temporal?host=/run/postgresql');
}

function isFolder(folder: string): boolean {
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
}
