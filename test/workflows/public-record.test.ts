import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { TellAsk } from '../../activities/alarms/contract.js';
import type { PublicActivities } from '../../activities/public/contract.js';
import {
  MARK_REVIEWED,
  monthBefore,
  type ReviewClicksResult,
} from '../../shared/orchestration/public/clicks-messages.js';
import type { PublishResult } from '../../shared/orchestration/public/messages.js';
import { ScriptedServer } from './scripted-server.js';

function publicTiers() {
  const told: TellAsk[] = [];
  const read: string[] = [];
  const tier: PublicActivities = {
    publishRecord: async ({ seconds }) => ({ entries: 3, size: 40, posts: seconds === 0 ? 1 : 5, waits: null }),
    readClicks: async ({ month }) => {
      read.push(month);
      return { clicks: 900, flags: ['nobody has followed /old'], file: 'public/clicks/report.html' };
    },
  };
  const alarms = {
    tellAlarm: async (ask: TellAsk) => {
      told.push(ask);
      return { told: ['mail'], failed: [], silentUntilMs: null };
    },
  };
  return { public: tier, alarms, told, read };
}

describe('publishRecord', () => {
  let server: ScriptedServer;
  before(async () => {
    server = await ScriptedServer.open();
  });
  after(() => server.close());

  it('publishes what is new, and says how much it was', async () => {
    await server.runTiers(
      'publish-done',
      publicTiers(),
      async (run) => {
        const { entries, size, posts } = (await run.result()) as unknown as PublishResult;
        assert.deepEqual([entries, size, posts], [3, 40, 1]);
      },
      { type: 'publishRecord' },
    );
  });

  it('names the wrong field of its input', async () => {
    await server.with(publicTiers(), async () => {
      const run = await server.start('publish-wrong', { seconds: -1 }, 'publishRecord');
      await assert.rejects(run.result(), (error: Error) => /seconds/.test(String(error.cause)));
    });
  });
});

describe('reviewClicks', () => {
  let server: ScriptedServer;
  before(async () => {
    server = await ScriptedServer.open();
  });
  after(() => server.close());

  it('reads a month, reminds until somebody has read the report, and ends with who and what', async () => {
    await server.runTiers(
      'clicks-reviewed',
      publicTiers(),
      async (run, { told, read }) => {
        const update = (args: object) => run.executeUpdate<string, [object]>(MARK_REVIEWED, { args: [args] });
        while (told.length < 2) await pause(50);
        await assert.rejects(update({ by: '' }), (error: Error) => /your name/.test(String(error.cause)));
        assert.match(await update({ by: 'Ann', notes: 'a dead link, mended' }), /2026-10: reviewed by Ann/);
        const result = (await run.result()) as unknown as ReviewClicksResult;
        assert.deepEqual(
          [result.month, result.clicks, result.reviewedBy, result.notes],
          ['2026-10', 900, 'Ann', 'a dead link, mended'],
        );
        assert.ok(result.reminders >= 2);
        assert.deepEqual(read, ['2026-10']);
        const numbers = told.map(({ number }) => number);
        assert.deepEqual(
          numbers,
          numbers.map((_, at) => at + 1),
          'each reminder once',
        );
        assert.equal(told[0]!.alarm.name, 'ClicksUnreviewed');
      },
      { type: 'reviewClicks', input: { month: '2026-10', remindSeconds: 1 } },
    );
  });

  it('takes the same by signal, and the month that has ended where none is named', async () => {
    await server.runTiers(
      'clicks-reviewed-by-signal',
      publicTiers(),
      async (run, { read }) => {
        while (read.length === 0) await pause(50);
        await pause(300);
        await run.signal<[object]>(MARK_REVIEWED, { by: 'Bob' });
        const { month, reviewedBy } = (await run.result()) as unknown as ReviewClicksResult;
        assert.deepEqual([month, reviewedBy], [monthBefore(Date.now()), 'Bob']);
      },
      { type: 'reviewClicks' },
    );
  });
});
