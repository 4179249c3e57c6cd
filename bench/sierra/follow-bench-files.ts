import { closeSync, mkdirSync, openSync, readdirSync, writeSync } from 'node:fs';
import path from 'node:path';
import type { FollowOptions } from '../../broker/follow/symbol-follower.js';
import { parseSegmentFile } from '../../shared/contract/capture-file.js';
import { calendarOf } from '../../shared/market/calendar/product-calendars.js';
import { type GrownSample, grownDepth, grownTrades, PRICE_SCALE, recordsOf, TICK_SIZE } from './grown-samples.js';

export const SYMBOL = 'ESU5_FUT_CME';
const DATE = '2025-08-13';
const START_US = Date.UTC(2025, 7, 13, 0, 30) * 1000;
/** Ten trades a pass: five million of them take as long as five million records of depth, some fourteen hours. */
const TRADE_PASS_US = 103_000;
const WRITTEN_RECORDS = 65_536;

export const scidIn = (data: string) => path.join(data, `${SYMBOL}.scid`);
export const depthIn = (data: string) => path.join(data, 'MarketDepthData', `${SYMBOL}.${DATE}.depth`);

/** Both files, of so many records each. */
export function writeFiles(data: string, records: number): void {
  mkdirSync(path.join(data, 'MarketDepthData'), { recursive: true });
  writeSample(scidIn(data), grownTrades(START_US, TRADE_PASS_US), records);
  writeSample(depthIn(data), grownDepth(START_US), records);
}

function writeSample(file: string, sample: GrownSample, records: number): void {
  const descriptor = openSync(file, 'w');
  writeSync(descriptor, sample.header);
  for (let from = 0; from < records; from += WRITTEN_RECORDS)
    writeSync(descriptor, recordsOf(sample, from, Math.min(records, from + WRITTEN_RECORDS)));
  closeSync(descriptor);
}

export function followOptions(data: string, folder: string, holdMs: number): FollowOptions {
  return {
    ...{ symbol: SYMBOL, dataFolder: data, priceScale: PRICE_SCALE, folder, holdMs, sinceUs: START_US },
    header: {
      ...{ kind: 'header', v: 1, source: 'sierra', instrument: 'ESU5', exchange: 'CME' },
      ...{ tickSize: TICK_SIZE, multiplier: 50, levels: 10 },
    },
    ...{ calendar: calendarOf('ES'), marketMs: () => Date.UTC(2026, 0, 1) },
    ...{ sizeBytesMax: 64 * 2 ** 20, ageMsMax: 3_600_000 },
  };
}

/** Closed segments, in order. */
export function segmentsIn(folder: string): string[] {
  const named = readdirSync(folder).flatMap((name) => {
    const segment = parseSegmentFile(name, 'sierra');
    return segment === null || segment.open ? [] : [{ name, ...segment }];
  });
  named.sort((a, b) => (a.tradeDate === b.tradeDate ? a.number - b.number : a.tradeDate < b.tradeDate ? -1 : 1));
  return named.map(({ name }) => path.join(folder, name));
}
