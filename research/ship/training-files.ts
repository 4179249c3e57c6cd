import { BadInput } from '../../shared/failure.js';
import type { Bar } from '../../shared/market/events/bar.js';
import { readBarsFile } from '../../shared/node/files/bars-csv.js';
import { barsCsv, capturedBars } from '../ingest/captured-bars.js';
import { DayRecords } from '../ingest/day-record.js';
import type { TrainingFiles } from '../samples/training-set.js';
import type { ImportRecord } from '../store/catalogue.js';
import type { MarketStore } from '../store/market-store.js';
import type { ShipFolder } from './ship-folder.js';
import type { StoredPlan } from './ship-plan.js';

/** What a ship is trained on: the files of its plan, or captured days with bars made of their ticks. */
export async function trainingFiles(store: MarketStore, folder: ShipFolder, plan: StoredPlan): Promise<TrainingFiles> {
  if (plan.captured === undefined) return plan;
  const days = plan.captured.days.map((day) => recordsOf(store, day, plan.tickSize));
  const bars = [...plan.bars, ...(await writeBars(store, folder, plan, days))];
  return { depth: [], bars, imported: days.flatMap(({ records }) => records) };
}

type PlannedDay = NonNullable<StoredPlan['captured']>['days'][number];

interface CapturedDay {
  readonly instrument: string;
  readonly records: readonly ImportRecord[];
  readonly tickSize: number;
}

/** Bars of the captured days, from where the former ones end, in order of time: a file for each contract in turn. */
async function writeBars(
  store: MarketStore,
  folder: ShipFolder,
  { bars: former, synthetic }: StoredPlan,
  days: readonly CapturedDay[],
): Promise<string[]> {
  let endMs = Number.NEGATIVE_INFINITY;
  for (const file of former) endMs = (await readBarsFile(file)).bars.at(-1)?.openMs ?? endMs;
  const written: string[] = [];
  for (const contract of inTurn(days)) {
    const bars: Bar[] = [];
    for await (const bar of capturedBars(store, contract)) if (bar.openMs > endMs) bars.push(bar);
    if (bars.length === 0) continue;
    const name = `${contract[0]!.instrument}-captured-bars-${written.length + 1}.csv`;
    folder.write(name, barsCsv(bars, synthetic));
    written.push(folder.file(name));
  }
  if (written.length > 0) return written;
  throw new BadInput(
    former.at(-1) ?? 'the captured days',
    undefined,
    'leaves no five-minute bar of the captured days after it',
    'give bar files that end before the captured days',
  );
}

/** Days of one contract that follow each other. */
function inTurn(days: readonly CapturedDay[]): CapturedDay[][] {
  const contracts: CapturedDay[][] = [];
  for (const day of days) {
    const last = contracts.at(-1);
    if (last?.[0]?.instrument === day.instrument) last.push(day);
    else contracts.push([day]);
  }
  return contracts;
}

/** @throws BadInput where the store has lost what a day's record names */
function recordsOf(store: MarketStore, { stream, tradeDate, instrument }: PlannedDay, tickSize: number): CapturedDay {
  const day = new DayRecords(store.root).find(stream, tradeDate);
  const records = (day?.imports ?? []).map((key) => store.catalogue.find(key)).filter((record) => record !== null);
  if (day === null || records.length < day.imports.length)
    throw new BadInput(
      `${stream} of ${tradeDate}`,
      undefined,
      'is in the store no more, or not whole',
      `bring it home again: believe capture run --date ${tradeDate}`,
    );
  return { instrument, records, tickSize };
}
