import path from 'node:path';
import type { Command } from 'commander';
import type { z } from 'zod';
import { type GateStats, gateStats } from '../../research/gate/gate-stats.js';
import { splitConfig, splitsOf } from '../../research/gate/split-config.js';
import type { Split } from '../../research/gate/splits.js';
import { statsInput } from '../../research/gate/stats-input.js';
import { UsageFailure } from '../../shared/failure.js';
import { readInputText } from '../../shared/node/disk/plain-file.js';
import { printResult } from '../output.js';

const SPLITS_HELP = `
The file is one JSON object:
  method           "walk-forward", "kfold" or "combinatorial"
  folds            walk-forward: test blocks of equal size after a first block that only trains; kfold: groups
  testSize         walk-forward only: samples of each test block; the last ones of the samples are tested. Without \`folds\`
                   as many blocks as fit after \`trainSize\` and \`gap\`, from the first sample on
  trainSize        walk-forward only: samples before each test block, no more and no fewer, of which some are then purged
  trainSamplesMax  walk-forward only: a rolling window of this many samples that were not purged; absent: all before the block
  gap              walk-forward only: samples left out between training and test block (default 0)
  groups, testGroups   combinatorial only: groups in time order, and how many of them each fold tests
  remainder        kfold, combinatorial: "first": samples that do not divide evenly go to the first groups, one each (numpy,
                   scikit-learn; the default); "last": all to the last group (skfolio)
  embargoMs        training samples that start up to this long after a test block's last label are dropped (default 0)
  embargoFraction  instead: this share of all samples, counted from the first that starts after the test block's last label
  samples          [{"start": ..., "end": ...}, ...] or the path (from the file's folder) of a CSV with the columns start,end;
                   times are milliseconds since 1970 or ISO 8601 with a zone; start and end of each sample's label
A training sample is dropped exactly when its closed interval [start, end] meets the closed span of a test block, from its
first start to its latest end, or the embargo after it. Row numbers count the samples as given, from 0, in order of time.

Prints {"folds": [{"train": [...], "test": [...]}, ...]}.`;

const STATS_HELP = `
The file is one JSON object with one or more of returns, d, and y with p; nothing is annualised:
  returns              the returns of the strategy in question, at least two
  benchmarkSharpe      for the probabilistic Sharpe ratio (default 0)
  trials               how many strategies were ever tried (default: as many as are listed, else 1)
  trialSharpes         their Sharpe ratios, or
  trialSharpeVariance  the variance of these; default: from returnsByTrial, else that of worthless trials, 1 / (n - 1)
  returnsByTrial       [[...], [...], ...] returns of every trial in the same periods, for the probability of overfitting
  partitions           parts that it recombines, an even number (default 16, or as many as there are returns)

  d                    loss of the candidate minus loss of the prior, in order of time, for Diebold-Mariano
  horizon              how many neighbours share one outcome (default 1: none do)
  lag                  of the Bartlett weights of its variance (default: twice the horizon)
  bootstrap            {"blockLength": ..., "draws": 2000, "seed": 1, "level": 0.05}, each with a default: circular blocks, of the
                       mean of d, or else of the returns; a block is as long as the horizon, and at least the cube root of
                       the length

  y                    what came: the number of the class, from 0
  p                    what was said: the probability of class 1, or a list of the probabilities of all classes, a row

Prints of returns {sharpe, skewness, kurtosis, psr, trials, trialSharpeVariance, expectedMaximumSharpe, deflatedSharpe, pbo, ...};
of d {dieboldMariano: {statistic, pWorse, lag, ...}}; {bootstrap: {estimate, low, high, ...}}; of y and p {logLoss, brier, ece,
auc, mcc, macroF1}.`;

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
    .description('Sharpe ratio and its deflation, overfitting, comparison of losses, and scores of forecasts')
    .requiredOption('--input <file>', 'returns and trials, differences of losses, forecasts')
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
    .flatMap(([name, value]) =>
      typeof value === 'object' && value !== null
        ? Object.entries(value).map(([part, of]): [string, unknown] => [`${name}.${part}`, of])
        : [[name, value] as [string, unknown]],
    )
    .map(([name, value]) => `${name.padEnd(28)} ${value ?? '-'}`)
    .join('\n');
}
