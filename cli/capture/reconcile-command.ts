import path from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { fileFeeds } from '../../research/reconcile/file-feeds.js';
import { type Reconciliation, reconcile } from '../../research/reconcile/reconcile.js';
import { reconcileDay, reportFile, writeReport } from '../../research/reconcile/reconcile-day.js';
import type { ReconcileReport } from '../../research/reconcile/report.js';
import { RECONCILED_FEEDS } from '../../research/reconcile/stored-feeds.js';
import { UsageFailure } from '../../shared/failure.js';
import { isoDate } from '../option-values.js';
import { printResult } from '../output.js';
import { showProgress } from '../store/show-progress.js';
import { type StorePlace, storeAt } from '../store/store-at.js';
import { reconcileText } from './reconcile-text.js';

const RECONCILE_HELP = `
Two captures of one contract's trade date, taken independently, are laid side by side: clocks are set minute by minute, trades matched
(where one feed aggregates too), books compared every second. docs/reconcile.md says how, and what the figures mean.

  believe capture reconcile --instrument ESU9 --date 2019-08-29
  believe capture reconcile --instrument ESU9 --date 2019-08-29 --feeds ib,sierra --out pages
  believe capture reconcile --file ib.jsonl.gz --file sierra/ --out pages

From the store it keeps report and page (default: reconcile/ of the store) and the date's doubtful spans. Files are depth files, or folders of
closed segments; they need no store. All times are by the first feed's clock.

Exit code 0: they agree. 1: doubtful, or one feed has nothing to compare.`;

interface Options extends StorePlace {
  instrument?: string;
  date?: string;
  feeds: readonly [string, string];
  file?: readonly string[];
  out?: string;
  json?: true;
}

/** `believe capture reconcile`. */
export function registerReconcile(noun: Command): void {
  noun
    .command('reconcile')
    .description('do two captures of a trade date agree? exit code 1 where they do not')
    .option('--instrument <contract>', 'contract in the store')
    .option('--date <date>', 'trade date', isoDate)
    .option('--feeds <first,second>', 'which two feeds of the store', feedNames, RECONCILED_FEEDS)
    .option('--file <path>', 'twice: two depth files or folders of segments, instead of the store', both)
    .option('--out <dir>', 'where to write report and page, as <contract>/<date>.json and .html')
    .option('--store <folder>', 'the store; default: research/store of the home folder')
    .option('--home <folder>', 'home folder')
    .option('--json', 'print the report')
    .addHelpText('after', RECONCILE_HELP)
    .exitOverride()
    .action(async (options: Options) => {
      const { report, folder } = options.file ? await ofFiles(options, options.file) : await ofStore(options);
      const page = folder === undefined ? 'none: name a folder with --out' : reportFile(folder, report, 'html');
      printResult(options.json === true, report, reconcileText(report, page));
      if (report.verdict !== 'agree') process.exitCode = 1;
    });
}

interface Done {
  readonly report: ReconcileReport;
  /** Where report and page lie. */
  readonly folder: string | undefined;
}

async function ofStore({ instrument, date, feeds, out, ...place }: Options): Promise<Done> {
  if (instrument === undefined || date === undefined)
    throw new UsageFailure('which date of which contract?', 'give --instrument and --date, or --file twice');
  const store = await storeAt(place);
  const folder = out ?? path.join(store.root, 'reconcile');
  const report = await withProgress((onProgress) =>
    reconcileDay({ store, instrument, tradeDate: date, feeds, out: folder, onProgress }),
  );
  return { report, folder };
}

async function ofFiles({ instrument, date, out }: Options, files: readonly string[]): Promise<Done> {
  const [first, second] = files;
  if (first === undefined || second === undefined || files.length !== 2)
    throw new UsageFailure(`two captures are compared, and ${files.length} named`, 'give --file twice');
  const feeds = await fileFeeds([first, second], { tradeDate: date });
  const report = await withProgress((onProgress) =>
    reconcile({ ...feeds, instrument: instrument ?? feeds.instrument, onProgress }),
  );
  if (out !== undefined) writeReport(out, report);
  return { report, folder: out };
}

async function withProgress(
  work: (onProgress: NonNullable<Reconciliation['onProgress']>) => Promise<ReconcileReport>,
): Promise<ReconcileReport> {
  const [events, books] = [showProgress('events read'), showProgress('% of the books compared')];
  try {
    return await work((stage, done) => {
      if (stage === 'trades') events.show(done);
      if (stage === 'books') books.show(Math.round(100 * done));
    });
  } finally {
    books.end();
    events.end();
  }
}

function feedNames(text: string): readonly [string, string] {
  const [first, second, ...more] = text.split(',').map((name) => name.trim());
  if (!first || !second || more.length > 0 || first === second)
    throw new InvalidArgumentError('give two names, such as ib,sierra');
  return [first, second];
}

function both(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), text];
}
