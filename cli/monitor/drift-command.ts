import type { Command } from 'commander';
import { readFeatureColumns } from '../../research/monitor/drift/read-feature-columns.js';
import { type Moved, movedBetween } from '../../research/monitor/drift/two-samples.js';
import { BadInput } from '../../shared/failure.js';
import { printResult, say } from '../output.js';

const DRIFT_HELP = `
Each file is a CSV with a header line, or Parquet: a column a feature, a row a moment. Columns of one name are compared.
  psi               population stability index: ten bins of equal shares of the reference (linear quantiles, equal ones once),
                    the outer ones open, [from, to), shares of at least 0.0001, natural logarithm
  ks, ksP           largest difference of the distribution functions; its p (exact up to 10,000 rows), for independent rows
  wassersteinSigma  Wasserstein distance over the standard deviation of the reference; null where that is 0
  js                Jensen-Shannon distance over the bins of psi, natural logarithm
Missing values (empty, NaN) are in no distance: missingShare and missingShareReference say how many there are.

Prints {"features": {name: {psi, ks, ksP, wassersteinSigma, js, ...}}, "onlyReference": [...], "onlyCurrent": [...]}.`;

/** `believe monitor drift`. */
export function registerDrift(noun: Command): void {
  noun
    .command('drift')
    .description('how far the values of each feature have moved from a reference')
    .requiredOption('--reference <file>', 'CSV or Parquet of the time that is the measure')
    .requiredOption('--current <file>', 'CSV or Parquet of the time in question')
    .option('--json', 'one JSON object on stdout')
    .addHelpText('after', DRIFT_HELP)
    .action(async (options: { reference: string; current: string; json?: boolean }) => {
      const result = await driftBetween(options.reference, options.current);
      printResult(options.json === true, result, driftText(result));
    });
}

interface DriftResult {
  readonly features: Readonly<Record<string, Moved>>;
  readonly onlyReference: readonly string[];
  readonly onlyCurrent: readonly string[];
}

async function driftBetween(reference: string, current: string): Promise<DriftResult> {
  const [a, b] = [await readFeatureColumns(reference), await readFeatureColumns(current)];
  for (const [file, { otherColumns }] of [
    [reference, a],
    [current, b],
  ] as const)
    if (otherColumns.length > 0) say(`${file}: left out, as they hold no numbers: ${otherColumns.join(', ')}`);
  const names = [...a.columns.keys()].filter((name) => b.columns.has(name));
  if (names.length === 0)
    throw new BadInput(
      current,
      undefined,
      `has none of the columns of ${reference}`,
      'give both files the same header',
    );
  const features: Record<string, Moved> = {};
  for (const name of names) {
    const moved = movedBetween(a.columns.get(name)!, b.columns.get(name)!);
    if (moved) features[name] = moved;
    else say(`${name}: left out, as one of the files has no value of it`);
  }
  return {
    features,
    onlyReference: [...a.columns.keys()].filter((name) => !b.columns.has(name)),
    onlyCurrent: [...b.columns.keys()].filter((name) => !a.columns.has(name)),
  };
}

function driftText({ features, onlyReference, onlyCurrent }: DriftResult): string {
  const width = Math.max(7, ...Object.keys(features).map((name) => name.length));
  const rows = Object.entries(features)
    .sort(([, a], [, b]) => b.ks - a.ks)
    .map(([name, { psi, ks, ksP, wassersteinSigma, js, missingShare }]) =>
      [
        name.padEnd(width),
        ...[psi.toFixed(4), ks.toFixed(4), ksP.toExponential(1), wassersteinSigma?.toFixed(3) ?? '-', js.toFixed(4)],
        `${(100 * missingShare).toFixed(1)} %`,
      ]
        .map((cell, at) => (at === 0 ? cell : cell.padStart(10)))
        .join(''),
    );
  const heads = ['psi', 'ks', 'ks p', 'W/sigma', 'js', 'missing'].map((title) => title.padStart(10)).join('');
  const left = [
    ...(onlyReference.length > 0 ? [`only in the reference: ${onlyReference.join(', ')}`] : []),
    ...(onlyCurrent.length > 0 ? [`only in the current file: ${onlyCurrent.join(', ')}`] : []),
  ];
  return [`${'feature'.padEnd(width)}${heads}`, ...rows, ...left].join('\n');
}
