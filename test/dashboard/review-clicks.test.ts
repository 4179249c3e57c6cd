import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { writeMonthReport } from '../../research/public/month-report.js';
import { type MonthOfClicks, reviewOf } from '../../research/public/review-clicks.js';
import { monthBefore } from '../../shared/orchestration/public/clicks-messages.js';
import { temporaryFolder } from '../release/release-fixture.js';
import { ORIGIN, STATE_KEY } from './posts.js';
import { startTestPage } from './test-page.js';

type Row = MonthOfClicks['rows'][number];
const row = (changes: Partial<Row>): Row => ({
  ...{ day: '2026-11-03', site: 'a.org', page: '/', target: '-', campaign: '-', n: 30 },
  ...changes,
});
const month = (name: string, ...rows: Partial<Row>[]): MonthOfClicks => ({ v: 1, month: name, rows: rows.map(row) });

describe('the review of a month of clicks', () => {
  const folder = temporaryFolder();

  it('flags what nobody follows, opens or comes from any more, and days of programs; and nothing else', () => {
    const before = month(
      '2026-10',
      {},
      { page: '/gone' },
      { target: '/dead' },
      { campaign: 'spring' },
      { page: '/small', n: 19 },
    );
    const days = Array.from({ length: 9 }, (_, n) => ({ day: `2026-11-0${n + 1}`, n: 40 }));
    const now = month('2026-11', ...days, { day: '2026-11-20', n: 4000 });
    const { flags, clicks, clicksBefore, pages } = reviewOf(now, before);
    assert.deepEqual([clicks, clicksBefore], [4360, 139]);
    assert.deepEqual(flags, [
      '2026-11-20: 4000 clicks, where the median day has 40: a program?',
      'nobody has followed /dead, 30 times the month before: is it a dead link?',
      'nothing came from the campaign spring, 30 times the month before: is its link broken, or is it over?',
      'nobody has opened a.org/gone, 30 times the month before: is it still linked?',
    ]);
    assert.deepEqual(
      pages.find(({ page }) => page === 'a.org/small'),
      { page: 'a.org/small', clicks: 0, before: 19 },
    );
    assert.deepEqual(reviewOf(month('2026-11', ...days), null).flags, []);
    assert.equal(monthBefore(Date.parse('2026-01-15')), '2025-12');
  });

  it('is read from the page by a signed request, and written as a page', async () => {
    const page = await startTestPage();
    try {
      for (const target of ['/research', '/research', '-'])
        await fetch(`${page.url}/click`, {
          method: 'POST',
          body: JSON.stringify({ site: 'a.org', page: '/', target, id: randomUUID() }),
        });
      const now = new Date().toISOString().slice(0, 7);
      writeFileSync(
        path.join(folder(), `${monthBefore(Date.parse(`${now}-15`))}.counts.json`),
        JSON.stringify(month(monthBefore(Date.parse(`${now}-15`)), { target: '/<dead>', n: 50 })),
      );
      const ask = { url: page.url, origin: ORIGIN, key: STATE_KEY, folder: folder(), month: now, nowMs: Date.now() };
      const { review, file } = await writeMonthReport(ask);
      assert.equal(review.clicks, 3);
      assert.equal(review.flags.length, 1);
      const text = readFileSync(file, 'utf8');
      assert.ok(text.includes('Nothing is known of who clicked') && !text.includes('<dead>'));
      assert.ok(existsSync(path.join(folder(), `${now}.json`)));
    } finally {
      await page.close();
    }
    await assert.rejects(
      writeMonthReport({
        url: 'http://127.0.0.1:9',
        origin: ORIGIN,
        key: STATE_KEY,
        folder: folder(),
        month: '2026-11',
        nowMs: Date.now(),
      }),
      { type: 'PublishFailed' },
    );
  });
});
