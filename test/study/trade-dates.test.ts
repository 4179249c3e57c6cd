import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { calendarOfInstrument, PRODUCT_GROUPS } from '../../shared/market/calendar/product-calendars.js';
import { buildStudy, missingTools } from '../../sierra/build-study.js';
import { renderTradeDateTable, TABLE_YEARS } from '../../sierra/trade-date-table.js';
import { segmentsIn } from './captured.js';
import { show, skipped } from './test-title.js';

const TABLE = fileURLToPath(new URL('../../../sierra/core/trade-date-table.h', import.meta.url));
const HOUR_MS = 3_600_000;
const FROM_MS = Date.UTC(TABLE_YEARS.first, 0, 1);
/** The last days of the calendar have no session after them. */
const TO_MS = Date.UTC(TABLE_YEARS.last, 11, 30);

describe('trade dates of the study', function () {
  this.timeout(120_000);

  it('come from a table that is what the calendars are now', () => {
    assert.equal(readFileSync(TABLE, 'utf8'), renderTradeDateTable());
  });

  it('are those of the calendars in every hour of twelve years, for every group of products', async function () {
    const folder = await builtNatively(this);
    const instruments = ['spread of nothing', ...PRODUCT_GROUPS.map(({ symbols }) => `${symbols[0]}Z6`)];
    for (const instrument of instruments)
      assert.deepEqual(
        turnsOfStudy(folder, instrument, FROM_MS, TO_MS, HOUR_MS),
        turnsOfCalendar(instrument, FROM_MS, TO_MS, HOUR_MS),
        instrument,
      );
    show(this, `${((TO_MS - FROM_MS) / HOUR_MS) * instruments.length} hours`);
  });

  it('turn at the same second, on days with an early close and on others', async function () {
    const folder = await builtNatively(this);
    for (const day of ['2026-07-02', '2026-11-25', '2026-12-23', '2027-03-12', '2027-11-05']) {
      const [fromMs, toMs] = [Date.parse(`${day}T16:00:00Z`), Date.parse(`${day}T16:00:00Z`) + 30 * HOUR_MS];
      for (const instrument of ['ESZ6', 'CLZ6'])
        assert.deepEqual(
          turnsOfStudy(folder, instrument, fromMs, toMs, 1000),
          turnsOfCalendar(instrument, fromMs, toMs, 1000),
        );
    }
  });

  it('group products as the calendars do, whatever a contract is called', async function () {
    const folder = await builtNatively(this);
    const [fromMs, toMs] = [Date.UTC(2026, 10, 23), Date.UTC(2026, 11, 2)];
    const endings = ['', 'Z6', 'Z26_FUT_CME', 'M2026', '-CLZ6', 'Z26789', 'z6', ' Z6'];
    for (const symbol of PRODUCT_GROUPS.flatMap(({ symbols }) => symbols))
      for (const ending of endings) {
        const name = `${symbol}${ending}`;
        const step = 6 * HOUR_MS;
        assert.deepEqual(
          turnsOfStudy(folder, name, fromMs, toMs, step),
          turnsOfCalendar(name, fromMs, toMs, step),
          name,
        );
      }
  });

  it('never go back in the names of files, and end where the calendar ends', async function () {
    const program = path.join(await builtNatively(this), 'chart-plays');
    const work = mkdtempSync(path.join(os.tmpdir(), 'believe-study-'));
    try {
      for (const play of ['trade-dates', 'later-trade-date', 'outside-calendar'])
        assert.equal(spawnSync(program, [play, work]).status, 0);
      assert.deepEqual(segmentsIn(work), [
        't29-ESZ6-2026-07-03-1.jsonl',
        't29-ESZ6-2026-07-06-1.jsonl',
        't29-ESZ6-2026-07-06-2.jsonl',
      ]);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  });
});

async function builtNatively(test: Mocha.Context): Promise<string> {
  const missing = await missingTools('native');
  return missing === undefined ? buildStudy('native', ['trade-dates', 'chart-plays']) : skipped(test, missing);
}

/** When the date turns, and to which: `ms date` lines. */
function turnsOfStudy(folder: string, instrument: string, fromMs: number, toMs: number, stepMs: number): string[] {
  const words = [instrument, ...[fromMs, toMs, stepMs].map(String)];
  const { stdout, status } = spawnSync(path.join(folder, 'trade-dates'), words, { encoding: 'utf8' });
  assert.equal(status, 0);
  return stdout.trim().split('\n');
}

function turnsOfCalendar(instrument: string, fromMs: number, toMs: number, stepMs: number): string[] {
  const calendar = calendarOfInstrument(instrument);
  const turns: string[] = [];
  let before = 'none';
  for (let ms = fromMs; ms < toMs; ms += stepMs) {
    const date = calendar.tradeDateOf(ms);
    if (date !== before) turns.push(`${ms} ${date}`);
    before = date;
  }
  return turns;
}
