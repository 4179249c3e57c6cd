import { captureStream } from '../../shared/contract/batch-stream.js';
import type { CapturedDay } from '../../shared/contract/capture-file.js';
import { IB_SOURCE } from '../../shared/contract/capture-source.js';
import { type TradedVolume, tradedVolumes } from '../../shared/contract/traded-volume.js';
import { BadInput } from '../../shared/failure.js';
import type { ProductCalendar } from '../../shared/market/calendar/product-calendars.js';
import { readVolumes, volumesFile } from '../../shared/node/contract/volumes-file.js';
import { replaceFile } from '../../shared/node/disk/replace-file.js';
import { readAcknowledged } from '../prune/acknowledge.js';
import { capturedDays, segmentsOf } from '../seal/captured-days.js';
import { sealPlaces } from '../seal/seal-places.js';
import { countDay } from './count-day.js';

export interface CountVolumes {
  readonly brokerFolder: string;
  readonly broker: string;
  readonly epoch: number;
  readonly calendar: Pick<ProductCalendar, 'rthSessionOf'>;
  readonly signal?: AbortSignal;
}

/** Two contracts a date, some weeks of them four times a year. */
const KEPT = 200;

/**
 * Counts what was traded on each date on which the bridge captured two contracts, once research has acknowledged all of it: the
 * receipt is signed over the very bytes that are counted here, so the store has the same figure, and nobody has to be believed. What
 * was counted is not counted again; more lines of the date are.
 * @returns what was counted now @throws SealStateLost; the system error; the signal's reason
 */
export async function countVolumes(ask: CountVolumes): Promise<TradedVolume[]> {
  const file = volumesFile(ask.brokerFolder);
  const kept = knownVolumes(file);
  const counted: TradedVolume[] = [];
  for (const day of twiceCaptured(ask.brokerFolder)) {
    const rows = acknowledgedRows(ask, day);
    if (rows === null || kept.some((one) => isOf(one, day) && one.rows === rows)) continue;
    const one = await count(ask, day, rows);
    if (one !== null) counted.push(one);
  }
  if (counted.length === 0) return counted;
  const others = kept.filter((one) => !counted.some((day) => isOf(one, day)));
  const all = [...others, ...counted].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  replaceFile(file, `${JSON.stringify(tradedVolumes.parse({ v: 1, volumes: all.slice(-KEPT) }))}\n`);
  return counted;
}

/** A list that is damaged is made anew: of what lies here still. */
function knownVolumes(file: string): readonly TradedVolume[] {
  try {
    return readVolumes(file);
  } catch (error) {
    if (error instanceof BadInput) return [];
    throw error;
  }
}

type Day = Pick<CapturedDay, 'instrument' | 'tradeDate'>;

/** Of dates on which the bridge captured more than one contract, each contract. */
function twiceCaptured(brokerFolder: string): Day[] {
  const days = capturedDays(brokerFolder).filter(({ source }) => source === IB_SOURCE);
  return days
    .filter(({ tradeDate }) => days.filter((day) => day.tradeDate === tradeDate).length > 1)
    .map(({ instrument, tradeDate }) => ({ instrument, tradeDate }));
}

/** Lines of a date that research has all; null before. */
function acknowledgedRows(
  { brokerFolder, broker, epoch }: CountVolumes,
  { instrument, tradeDate }: Day,
): number | null {
  const stream = captureStream(instrument);
  const { head } = readAcknowledged(sealPlaces(brokerFolder), broker, { stream, epoch });
  const day = head.days.find((one) => one.tradeDate === tradeDate);
  return day?.isClosed ? day.totals.rows : null;
}

/** Null on a date without regular hours: nothing is decided by it. */
async function count(ask: CountVolumes, day: Day, rows: number): Promise<TradedVolume | null> {
  const { brokerFolder, calendar, signal } = ask;
  const rth = calendar.rthSessionOf(day.tradeDate);
  if (rth === null) return null;
  const unknown = (problem: string) => ({ ...day, volume: null, missingSeconds: 0, rows, problem });
  try {
    const found = await countDay(segmentsOf(brokerFolder, day).closed, rth, signal);
    // What was acknowledged is no longer all here, or more is: another figure than the store's.
    if (found.rows !== rows) return unknown(`${found.rows} of ${rows} acknowledged lines are here`);
    return { ...day, ...found, problem: null };
  } catch (error) {
    if (!(error instanceof BadInput)) throw error;
    return unknown(error.message.slice(0, 200));
  }
}

function isOf(one: Day, other: Day): boolean {
  return one.instrument === other.instrument && one.tradeDate === other.tradeDate;
}

function keyOf({ tradeDate, instrument }: Day): string {
  return `${tradeDate} ${instrument}`;
}
