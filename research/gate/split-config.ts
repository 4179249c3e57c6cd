import path from 'node:path';
import { z } from 'zod';
import { BadInput, UsageFailure } from '../../shared/failure.js';
import { plainNumberOf } from '../../shared/fields/plain-number.js';
import { readInputText } from '../../shared/node/disk/plain-file.js';
import {
  type Combinatorial,
  combinatorialFolds,
  combinatorialSplits,
  type Embargo,
  type Split,
  walkForwardSplits,
} from './splits.js';
import type { LabelSpans } from './time-order.js';

const timeMs = z.union([z.number(), z.iso.datetime({ offset: true }).transform((iso) => Date.parse(iso))], {
  error: 'must be milliseconds since 1970 or an ISO 8601 time with its zone',
});
const sampleList = z.array(z.strictObject({ start: timeMs, end: timeMs })).min(2);
const shared = {
  embargoMs: z.number().nonnegative().optional(),
  embargoFraction: z.number().min(0).lt(1).optional(),
  samples: z.union([sampleList, z.string().min(1)], {
    error: ({ input }) =>
      Array.isArray(input)
        ? wrongSample(input)
        : 'must be a list of {start, end} or the path of a CSV file with these columns',
  }),
};
const size = z.number().int().positive().optional();
const remainder = z.enum(['first', 'last']).optional();
const several = z.number().int().min(2).max(1000);

/** The file of `believe gate splits`. */
export const splitConfig = z
  .discriminatedUnion('method', [
    z.strictObject({
      method: z.literal('walk-forward'),
      folds: z.number().int().min(1).max(1000).optional(),
      testSize: size,
      trainSize: size,
      gap: z.number().int().nonnegative().optional(),
      trainSamplesMax: size,
      ...shared,
    }),
    z.strictObject({ method: z.literal('kfold'), folds: several, remainder, ...shared }),
    z.strictObject({
      method: z.literal('combinatorial'),
      groups: several,
      testGroups: z.number().int().min(1),
      remainder,
      ...shared,
    }),
  ])
  .refine((config) => config.method !== 'walk-forward' || config.folds !== undefined || config.testSize !== undefined, {
    path: ['folds'],
    message: 'is missing: give folds, or testSize for as many as fit',
  })
  .refine((config) => config.embargoMs === undefined || config.embargoFraction === undefined, {
    path: ['embargoFraction'],
    message: 'cannot be combined with embargoMs',
  })
  .refine((config) => config.method !== 'combinatorial' || config.testGroups < config.groups, {
    path: ['testGroups'],
    message: 'must be smaller than groups',
  });
export type SplitConfig = z.infer<typeof splitConfig>;

/** The first one that is none, by its number and its field. */
function wrongSample(samples: unknown): string {
  const [issue] = sampleList.safeParse(samples).error?.issues ?? [];
  const [row, ...field] = issue?.path ?? [];
  const where = row === undefined ? '' : `sample ${String(row)}${field.length > 0 ? `, ${field.join('.')}` : ''}: `;
  return `${where}${issue?.message ?? 'is no list of {start, end}'}`;
}

/** Indices beyond this make no sensible JSON document. */
const INDICES_MAX = 30_000_000;

/**
 * The folds that a configuration asks for. A CSV path is relative to `folder`.
 * @throws UsageFailure when the samples are too few, or the folds too many; BadInput naming the line of a bad CSV row
 */
export async function splitsOf(config: SplitConfig, folder: string): Promise<Split[]> {
  const spans = await readSpans(config.samples, folder);
  const count = spans.startMs.length;
  const embargo: Embargo =
    config.embargoFraction === undefined
      ? { ms: config.embargoMs ?? 0 }
      : { samples: Math.floor(config.embargoFraction * count) };
  if (config.method === 'walk-forward') {
    limitIndices(config.folds ?? Math.ceil(count / (config.testSize ?? 1)), count);
    return collect(() => walkForwardSplits(spans, { ...config, embargo }));
  }
  const shape: Combinatorial =
    config.method === 'kfold' ? { ...config, groups: config.folds, testGroups: 1, embargo } : { ...config, embargo };
  limitIndices(combinatorialFolds(shape), count);
  return collect(() => combinatorialSplits(spans, shape));
}

function limitIndices(folds: number, samples: number): void {
  if (folds * samples > INDICES_MAX)
    throw new UsageFailure(
      `${folds} folds of ${samples} samples are more than ${INDICES_MAX} row numbers`,
      'Ask for fewer groups, or split fewer samples.',
    );
}

function collect(splits: () => Iterable<Split>): Split[] {
  try {
    return [...splits()];
  } catch (error) {
    if (error instanceof RangeError)
      throw new UsageFailure(error.message, 'Correct the samples or the number of folds.');
    throw error;
  }
}

async function readSpans(samples: SplitConfig['samples'], folder: string): Promise<LabelSpans> {
  if (typeof samples !== 'string')
    return { startMs: samples.map(({ start }) => start), endMs: samples.map(({ end }) => end) };
  const file = path.resolve(folder, samples);
  const lines = (await textOf(file)).replaceAll('\r\n', '\n').split('\n');
  if (lines.at(-1) === '') lines.pop();
  if (lines[0]?.trim() !== 'start,end') throw new BadInput(samples, 'line 1', 'must be the header "start,end"');
  const rows = lines.slice(1).map((line, index) => parseRow(samples, index + 2, line));
  return { startMs: rows.map(([start]) => start), endMs: rows.map(([, end]) => end) };
}

function parseRow(file: string, lineNumber: number, line: string): [number, number] {
  const texts = line.split(',');
  const cells = texts.map((text) => {
    const value = plainNumberOf(text);
    return Number.isNaN(value) ? text : value;
  });
  const row = z.tuple([timeMs, timeMs]).safeParse(cells);
  if (row.success) return row.data;
  const issue = row.error.issues[0]!;
  const at = issue.path[0];
  const what =
    typeof at === 'number' ? `${at === 1 ? 'end' : 'start'} ${JSON.stringify(texts[at]?.slice(0, 40) ?? '')}` : 'row';
  throw new BadInput(file, `line ${lineNumber}`, `${what} ${issue.message}`, 'Write two columns: start,end.');
}

/** Two times a row: tens of millions of rows. */
const SAMPLES_BYTES_MAX = 2 ** 29;

async function textOf(file: string): Promise<string> {
  try {
    return readInputText(file, SAMPLES_BYTES_MAX);
  } catch (error) {
    throw new UsageFailure(`samples: cannot read ${file}: ${(error as Error).message}`, 'Name a readable CSV file.');
  }
}
