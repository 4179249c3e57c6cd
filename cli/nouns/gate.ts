import path from 'node:path';
import type { Command } from 'commander';
import type { z } from 'zod';
import { splitConfig, splitsOf } from '../../research/gate/split-config.js';
import type { Split } from '../../research/gate/splits.js';
import { type GateStats, gateStats, statsInput } from '../../research/gate/stats-input.js';
import { UsageFailure } from '../../shared/failure.js';
import { readInputText } from '../../shared/node/disk/plain-file.js';
import { printResult } from '../output.js';

const SPLITS_HELP = `
The file is one JSON object:
  method           "walk-forward", "kfold" or "combinatorial"
  folds            walk-forward: test blocks of equal size after a first block that only trains; kfold: groups
  trainSamplesMax  walk-forward only: a rolling window of this many samples; absent: everything before the block trains
  groups, testGroups   combinatorial only: groups in time order, and how many of them each fold tests
  embargoMs        training samples that start up to this long after a test block's last label are dropped (default 0)
  embargoFraction  instead: this share of all samples, counted from the first that starts after the test block's last label
  samples          [{"start": ..., "end": ...}, ...] or the path (from the file's folder) of a CSV with the columns start,end;
                   times are milliseconds since 1970 or ISO 8601 with a zone; start and end of each sample's label
A training sample is dropped exactly when its closed interval [start, end] meets the closed span of a test block, from its
first start to its latest end, or the embargo after it. Row numbers count the samples as given, from 0, in order of time.

Prints {"folds": [{"train": [...], "test": [...]}, ...]}.`;

const STATS_HELP = `
The file is one JSON object; nothing is annualised, a Sharpe ratio is per return:
  returns              the returns of the strategy in question, at least two
  benchmarkSharpe      for the probabilistic Sharpe ratio (default 0)
  trials               how many strategies were ever tried (default: as many as are listed, else 1)
  trialSharpes         their Sharpe ratios, or
  trialSharpeVariance  the variance of these; default: from returnsByTrial, else that of worthless trials, 1 / (n - 1)
  returnsByTrial       [[...], [...], ...] returns of every trial in the same periods, for the probability of overfitting
  partitions           parts that it recombines, an even number (default 16, or as many as there are returns)

Prints {sharpe, skewness, kurtosis, psr, trials, trialSharpeVariance, expectedMaximumSharpe, deflatedSharpe, pbo, ...}.`;

/** `believe gate`: the gate's cross-validation splits and statistics, for anyone who wants to check them. */
export function register(noun: Command): void {
  noun
    .command('splits')
    .description('purged and embargoed cross-validation folds')
    .requiredOption('--config <file>', 'what to split, and how')
    .option('--json', 'one JSON object on stdout')
    .addHelpText('after', SPLITS_HELP)
    .action(async (options: { config: string; json?: boolean }) => {
      const config = await readJson(options.config, splitConfig);
      const folds = await splitsOf(config, path.dirname(options.config));
      warnOfEmptyFolds(folds);
      const plain = folds.map(({ train, test }) => ({ train: [...train], test: [...test] }));
      printResult(options.json === true, { folds: plain }, foldLines(folds));
    });
  noun
    .command('stats')
    .description('Sharpe ratio, deflated for the number of trials, and probability of backtest overfitting')
    .requiredOption('--input <file>', 'returns and trials')
    .option('--json', 'one JSON object on stdout')
    .addHelpText('after', STATS_HELP)
    .action(async (options: { input: string; json?: boolean }) => {
      const stats = gateStats(await readJson(options.input, statsInput));
      printResult(options.json === true, stats, statsLines(stats));
    });
}

async function readJson<T extends z.ZodType>(file: string, schema: T): Promise<z.output<T>> {
  const parsed = schema.safeParse(parseJson(file, await textOf(file)));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    ({ path: field, message }) => `${field.join('.') || 'the file'}: ${message}`,
  );
  throw new UsageFailure(`${file}: ${problems.join('; ')}`, 'See --help for the fields.', { problems });
}

/** Returns of many trials over many days. */
const INPUT_BYTES_MAX = 2 ** 28;

async function textOf(file: string): Promise<string> {
  try {
    return readInputText(file, INPUT_BYTES_MAX);
  } catch (error) {
    throw new UsageFailure(`cannot read ${file}: ${(error as Error).message}`, 'Name a readable JSON file.');
  }
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageFailure(`${file} is not JSON: ${(error as Error).message}`, 'See --help for the fields.');
  }
}

function warnOfEmptyFolds(folds: readonly Split[]): void {
  const empty = folds.flatMap(({ train }, fold) => (train.length === 0 ? [fold] : []));
  if (empty.length > 0)
    process.stderr.write(`believe: purge and embargo leave nothing to train on in fold ${empty.join(', ')}\n`);
}

function foldLines(folds: readonly Split[]): string {
  return folds.map(({ train, test }, fold) => `fold ${fold}: ${train.length} train, ${test.length} test`).join('\n');
}

function statsLines(stats: GateStats): string {
  return Object.entries(stats)
    .map(([name, value]) => `${name.padEnd(26)} ${value ?? '-'}`)
    .join('\n');
}
