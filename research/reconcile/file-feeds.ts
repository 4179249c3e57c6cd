import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseSegmentFile } from '../../shared/contract/capture-file.js';
import { BadInput, UsageFailure } from '../../shared/failure.js';
import { isSynthetic } from '../../shared/market/events/depth-header.js';
import type { EventBatch } from '../../shared/market/events/event-batch.js';
import { type DepthFile, openDepthFile } from '../../shared/node/files/depth-jsonl.js';
import type { StoredFeeds } from './stored-feeds.js';
import { requireOneTick } from './stored-feeds.js';

export interface FileFeeds extends StoredFeeds {
  readonly instrument: string;
  /** By the header or the name of the first file that says it, else the UTC day of the first event. */
  readonly tradeDate: string;
}

/**
 * Two captures as they lie on disk: each a depth file, or a folder of closed segments of one contract and trade date.
 * @throws BadInput, UsageFailure, WrongTick
 */
export async function fileFeeds(
  places: readonly [string, string],
  { tradeDate, signal }: { tradeDate?: string | undefined; signal?: AbortSignal | undefined } = {},
): Promise<FileFeeds> {
  const [a, b] = [await filesOf(places[0], tradeDate, signal), await filesOf(places[1], tradeDate, signal)];
  const names = namesOf(a[0]!.header.source, b[0]!.header.source, places);
  requireOneTick(names, [a[0]!.header.tickSize, b[0]!.header.tickSize]);
  const feed = (name: string, files: readonly DepthFile[]) => ({
    ...{ name, synthetic: files.some(({ header }) => isSynthetic(header)) },
    batches: () => oneAfterTheOther(files),
  });
  return {
    instrument: a[0]!.header.instrument,
    tradeDate: tradeDate ?? (await dateOf([...a, ...b])),
    tickSize: a[0]!.header.tickSize,
    ...{ first: feed(names[0], a), second: feed(names[1], b) },
  };
}

/** By what they say they are, where that tells them apart; else by where they lie. */
function namesOf(one: string | undefined, other: string | undefined, places: readonly [string, string]) {
  if (one !== undefined && other !== undefined && one !== other) return [one, other] as const;
  const [a, b] = places.map((place) => path.basename(place)) as [string, string];
  return a === b ? places : ([a, b] as const);
}

async function filesOf(
  place: string,
  tradeDate: string | undefined,
  signal: AbortSignal | undefined,
): Promise<DepthFile[]> {
  if (!existsSync(place))
    throw new BadInput(place, undefined, 'is not there', 'name a depth file, or a folder of segments');
  const paths = statSync(place).isDirectory() ? segmentsOf(place, tradeDate) : [place];
  const files = await Promise.all(paths.map((file) => openDepthFile(file, { ...(signal ? { signal } : {}) })));
  const [first] = files;
  for (const { path: file, header } of files)
    if (header.instrument !== first!.header.instrument || header.tickSize !== first!.header.tickSize)
      throw new BadInput(
        file,
        'header',
        `is about ${header.instrument}, ${first!.path} about ${first!.header.instrument}`,
        'give a folder of one contract',
      );
  return files;
}

/** Closed segments of one contract and date, in order. */
function segmentsOf(folder: string, tradeDate: string | undefined): string[] {
  const found = readdirSync(folder)
    .flatMap((file) => {
      const name = parseSegmentFile(file);
      return name === null || name.open ? [] : [{ file, ...name }];
    })
    .filter((one) => tradeDate === undefined || one.tradeDate === tradeDate)
    .sort((a, b) => a.number - b.number);
  if (found.length === 0)
    throw new BadInput(folder, undefined, 'holds no closed segments', 'name the folder of one contract');
  const days = [...new Set(found.map((one) => `${one.instrument} of ${one.tradeDate}`))];
  if (days.length > 1)
    throw new UsageFailure(
      `${folder} holds segments of ${days.slice(0, 3).join(', ')}${days.length > 3 ? ', ...' : ''}`,
      'name the date with --date, and keep one contract in a folder',
    );
  return found.map(({ file }) => path.join(folder, file));
}

async function* oneAfterTheOther(files: readonly DepthFile[]): AsyncGenerator<EventBatch> {
  for (const file of files) yield* file.batches();
}

async function dateOf(files: readonly DepthFile[]): Promise<string> {
  for (const { header, path: file } of files) {
    const named = header.tradeDate ?? parseSegmentFile(path.basename(file))?.tradeDate;
    if (named !== undefined) return named;
  }
  for (const file of files)
    for await (const batch of file.batches())
      if (batch.length > 0) {
        const ns = batch.baseNs + BigInt(batch.tsRecvNs[0]!);
        return new Date(Number(ns / 1_000_000n)).toISOString().slice(0, 10);
      }
  throw new BadInput(
    files[0]!.path,
    undefined,
    'has no events, and neither has the other',
    'give captures of one date',
  );
}
