import { type Command, InvalidArgumentError, Option } from 'commander';
import { intervalOfText } from '../../research/import/bar-interval.js';
import { FORMATS } from '../../research/import/formats.js';
import { DayRecords } from '../../research/ingest/day-record.js';
import { proveShard } from '../../research/ingest/prove-shard.js';
import { releaseShards } from '../../research/ship/release-shards.js';
import { checkObjects } from '../../research/store/check-objects.js';
import { collectGarbage } from '../../research/store/collect-garbage.js';
import { DATASETS } from '../../research/store/datasets.js';
import { exportShards } from '../../research/store/export-shards.js';
import type { Codec } from '../../research/store/parquet-writer.js';
import { findShards, partitionsOf, type ShardQuery } from '../../research/store/shard-query.js';
import { takeSnapshot } from '../../research/store/snapshot.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { readFormerRoots, readTrustedRoot } from '../../shared/node/trust/trust-store.js';
import { hashBeginning, isoDate, plainNumber, positiveNumber } from '../option-values.js';
import { printResult } from '../output.js';
import { importFiles } from '../store/import-files.js';
import { megabytes, partitionLines } from '../store/partition-lines.js';
import { provenanceOf, provenanceText } from '../store/provenance.js';
import { registerSharing } from '../store/sharing.js';
import { showProgress } from '../store/show-progress.js';
import { homeOf, type StorePlace, storeAt, storeToReadAt } from '../store/store-at.js';

interface Place extends StorePlace {
  json?: true;
}

const IMPORT_HELP = `
What a file is, is seen in its content; any of them may be packed with gzip or zstd:
${FORMATS.map(({ name, summary }) => `  ${name.padEnd(14)} ${summary}`).join('\n')}

A row that cannot be used ends the import of its file (--on-error refuse) or is set aside under quarantine/ in the store,
with its line or offset and the reason (--on-error quarantine); a gap then stands in the place of a lost depth event.
Importing a file again changes nothing. A .scid or .depth file that has grown is read on from where it ended.`;

/** `believe store`: market data in, out, checked and pinned. */
export function register(noun: Command): void {
  at(noun.command('import'))
    .description('bring files into the store; one JSON line a file with --json')
    .argument('<file...>', 'market data of any known kind')
    .addOption(
      new Option('--on-error <policy>', 'what happens with a row that cannot be used')
        .choices(['refuse', 'quarantine'])
        .default('refuse'),
    )
    .option('--instrument <contract>', 'for files that do not name theirs; default: how the name of the file begins')
    .option('--price-scale <points>', 'points that one unit of price is worth, for Sierra files', positiveNumber)
    .option('--interval <length>', 'how long the bars of a CSV file are: 30s, 1m, 5m, 1h, 1d', barLength)
    .addHelpText('after', IMPORT_HELP)
    .action(async (files: string[], options: Parameters<typeof importFiles>[2] & Place & { interval?: number }) => {
      const isFine = await importFiles(await storeAt(options), files, { ...options, barSeconds: options.interval });
      if (!isFine) process.exitCode = 1;
    });

  at(selecting(noun.command('ls')))
    .description('what is in the store, by dataset, instrument, trade date and feed')
    .action(async (options: ShardQuery & Place) => {
      const store = await storeToReadAt(options);
      const partitions = partitionsOf(findShards(store.catalogue.imports(), options));
      const days = new DayRecords(store.root).all().map(provenanceOf);
      const text = [partitionLines(partitions), ...(days.length > 0 ? [provenanceText(days)] : [])].join('\n');
      printResult(options.json === true, { datasets: partitions, captured: days }, text);
    });

  at(noun.command('fsck'))
    .description('read every object again and name those that are damaged or missing; exit code 1 where there are any')
    .action(async (options: Place) => {
      const progress = showProgress('objects');
      const check = await checkObjects(await storeAt(options), progress.show);
      progress.end();
      const faults = check.faults.map(({ fault, path: file, namedBy }) => `${fault}: ${file}, ${namedBy.join(', ')}`);
      const summary = `${check.objects} objects, ${megabytes(check.bytes)}, ${check.unnamed} of them named by nothing`;
      printResult(options.json === true, check, [...faults, `${check.ok ? 'ok' : 'DAMAGED'}: ${summary}`].join('\n'));
      if (!check.ok) process.exitCode = 1;
    });

  at(noun.command('gc'))
    .description('remove objects that no import, snapshot or release names')
    .option('--dry-run', 'only say what would be removed')
    .option(
      '--grace-hours <hours>',
      'keep what is younger: an import that runs may need it (default 24)',
      plainNumber(0),
    )
    .action(async (options: Place & { dryRun?: true; graceHours?: number }) => {
      const alsoNamed = releaseShards(homePlaces(homeOf(options)).research.ships);
      const graceMs = options.graceHours === undefined ? undefined : options.graceHours * 3_600_000;
      const done = await collectGarbage(await storeAt(options), { alsoNamed, graceMs, dryRun: options.dryRun });
      const verb = options.dryRun ? 'to remove' : 'removed';
      const text = `${verb}: ${done.removed} objects, ${megabytes(done.bytes)}; kept: ${done.kept}, and ${done.young} too young`;
      printResult(options.json === true, done, text);
    });

  at(noun.command('forget'))
    .description('take imports out of the catalogue; gc then removes what no snapshot or release names')
    .argument('<file...>', 'names of imported files, without their folders')
    .action(async (files: string[], options: Place) => {
      const { catalogue } = await storeAt(options);
      const forgotten = catalogue.imports().filter(({ file }) => files.includes(file));
      for (const { key } of forgotten) await catalogue.forget(key);
      const names = forgotten.map(({ file }) => file);
      printResult(options.json === true, { forgotten: names }, `forgotten: ${names.join(', ') || 'nothing'}`);
      if (forgotten.length === 0) process.exitCode = 1;
    });

  at(noun.command('prove'))
    .description('walk from a shard of a captured day back to the batch, the signature and the log that it came from')
    .argument('<shard>', 'sha256 of an object, or how it begins', hashBeginning)
    .action(async (shard: string, options: Place) => {
      const { receiver, research } = homePlaces(homeOf(options));
      const root = readTrustedRoot(research.trust);
      const formerRoots = readFormerRoots(research.trust);
      const proof = await proveShard({
        ...{ store: await storeToReadAt(options), receiverFolder: receiver.folder, root, formerRoots, shard },
      });
      const lines = proof.links.map(
        ({ what, holds, found }) => `  ${holds ? 'ok    ' : 'BROKEN'} ${what.padEnd(10)} ${found}`,
      );
      const title = `${proof.instrument} of ${proof.tradeDate}: ${proof.proven ? 'proven' : 'NOT PROVEN'}`;
      printResult(options.json === true, proof, [title, ...lines].join('\n'));
      if (!proof.proven) process.exitCode = 1;
    });

  at(selecting(noun.command('export')))
    .description('write partitions as Parquet files that any reader opens')
    .requiredOption('--out <folder>', 'where to write <dataset>-<instrument>-<trade date>-<feed>.parquet')
    .addOption(
      new Option('--codec <codec>', 'snappy: for readers without zstd').choices(['snappy', 'zstd']).default('zstd'),
    )
    .option('--replace', 'write over files of these names that are there already')
    .action(async (options: ShardQuery & Place & { out: string; codec: Codec; replace?: true }) => {
      const files = await exportShards(await storeToReadAt(options), options, options.out, options.codec, options);
      const lines = files.map(
        ({ file, rows, bytes, synthetic }) =>
          `${file}  ${rows} rows  ${megabytes(bytes)}${synthetic ? '  SYNTHETIC' : ''}`,
      );
      printResult(options.json === true, { files }, lines.join('\n'));
    });

  at(selecting(noun.command('snapshot')))
    .description('pin shards as a training set, named by its Merkle root: gc keeps them from then on')
    .action(async (options: ShardQuery & Place) => {
      const taken = await takeSnapshot(await storeAt(options), options);
      const rows = taken.shards.reduce((sum, shard) => sum + shard.rows, 0);
      const text = `${taken.merkleRoot}  ${taken.shards.length} shards, ${rows} rows${taken.synthetic ? ', SYNTHETIC' : ''}`;
      printResult(options.json === true, taken, text);
    });

  registerSharing(noun, selecting);
}

function at(command: Command): Command {
  return command
    .option('--store <folder>', 'the store; default: research/store of the home folder')
    .option('--home <folder>', 'home folder')
    .option('--json', 'JSON on stdout');
}

function selecting(command: Command): Command {
  return command
    .addOption(new Option('--dataset <name>', 'only this dataset').choices(DATASETS))
    .option('--instrument <contract>', 'only this contract')
    .option('--from <date>', 'first exchange trade date', isoDate)
    .option('--to <date>', 'last exchange trade date', isoDate)
    .option('--feed <name>', 'only this feed');
}

function barLength(text: string): number {
  const ms = intervalOfText(text);
  if (ms === null) throw new InvalidArgumentError('give a number and s, m, h or d, such as 5m');
  return ms / 1000;
}
