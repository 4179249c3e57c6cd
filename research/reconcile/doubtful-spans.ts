import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { BadInput, Failure } from '../../shared/failure.js';
import { jsonOfFormat } from '../../shared/formats/version-found.js';
import { sha256Hex } from '../../shared/reference.js';
import type { MarketStore } from '../store/market-store.js';
import { doubtfulSpan, type ReconcileReport, reconcileReport } from './report.js';

/** `doubtful/<instrument>/<trade date>.json` of a store: which parts of a date two captures do not agree on. */
export const doubtfulDay = z.strictObject({
  kind: z.literal('believe.doubtful-spans'),
  version: z.literal(1),
  instrument: z.string().min(1),
  tradeDate: z.iso.date(),
  /** Those that were compared; times are by the first one's clock. */
  feeds: z.tuple([z.string(), z.string()]),
  verdict: reconcileReport.shape.verdict,
  /** Of the report's JSON, as `reportText` writes it. */
  reportSha256: sha256Hex,
  /** In order of time, apart from each other. */
  spans: z.array(doubtfulSpan),
});
export type DoubtfulDay = Readonly<z.infer<typeof doubtfulDay>>;

/** The report as it is written to disk, and hashed: the same captures give the same bytes. */
export function reportText(report: ReconcileReport): string {
  return `${JSON.stringify(report)}\n`;
}

/** Puts what a report says of a date in the place of what was there. The same report gives the same file. */
export async function writeDoubtfulSpans(store: MarketStore, report: ReconcileReport): Promise<DoubtfulDay> {
  const { instrument, tradeDate, first, second, verdict, doubtful } = report;
  const day = doubtfulDay.parse({
    kind: 'believe.doubtful-spans',
    version: 1,
    ...{ instrument, tradeDate, feeds: [first.name, second.name], verdict },
    reportSha256: createHash('sha256').update(reportText(report)).digest('hex'),
    spans: doubtful,
  } satisfies DoubtfulDay);
  await store.documents.replace(`doubtful/${fileName(instrument)}/${tradeDate}.json`, `${JSON.stringify(day)}\n`);
  return day;
}

/** Null where the date was not reconciled. @throws BadInput where what lies there is damaged */
export function doubtfulSpans(store: MarketStore, instrument: string, tradeDate: string): DoubtfulDay | null {
  const file = fileOf(store, instrument, tradeDate);
  if (!existsSync(file)) return null;
  try {
    const day = doubtfulDay.parse(jsonOfFormat('doubtful spans', file, readFileSync(file, 'utf8')));
    if (day.instrument !== instrument || day.tradeDate !== tradeDate)
      throw new Error(`it is about ${day.instrument} of ${day.tradeDate}`);
    return day;
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new BadInput(
      file,
      undefined,
      `holds no doubtful spans: ${(error as Error).message.slice(0, 200)}`,
      `remove it and reconcile the date again: believe capture reconcile --instrument ${instrument} --date ${tradeDate}`,
    );
  }
}

function fileOf(store: MarketStore, instrument: string, tradeDate: string): string {
  return path.join(store.root, 'doubtful', fileName(instrument), `${tradeDate}.json`);
}

/** A contract's name as that of a folder: it comes from files and command lines, and must not lead elsewhere. */
export function fileName(instrument: string): string {
  return encodeURIComponent(instrument).replace(/^\.+/, (dots) => '%2E'.repeat(dots.length));
}
