import assert from 'node:assert/strict';
import type { MonitorActivities, MonitoredDay } from '../../activities/research/monitor-contract.js';
import type { CapturedDay } from '../../shared/contract/capture-file.js';
import type { MonitorDaysResult, MonitorResult } from '../../shared/orchestration/monitor/messages.js';
import { ScriptedServer } from './scripted-server.js';
import { scriptedTiers } from './scripted-tiers.js';

function monitorTiers(backlog: readonly CapturedDay[], seen: Partial<MonitoredDay> = {}) {
  const looked: string[] = [];
  const monitor: MonitorActivities = {
    monitorBacklog: async () => ({ days: backlog }),
    monitorDay: async ({ instrument, tradeDate }) => {
      looked.push(`${instrument} ${tradeDate}`);
      const usual = { compared: 300, different: 0, cleanDays: looked.length, findings: [], markdown: 'all is well' };
      return { instrument, tradeDate, ...usual, ...seen };
    },
  };
  return { research: { ...scriptedTiers({}).research, ...monitor }, looked };
}

const day = (tradeDate: string) => ({ instrument: 'ESZ5', tradeDate });

describe('monitorDay', () => {
  let server: ScriptedServer;
  before(async () => {
    server = await ScriptedServer.open();
  });
  after(() => server.close());

  it('looks at the day that is named, and says that all is well', async () => {
    await server.runTiers(
      'monitor-clean',
      monitorTiers([]),
      async (run, { looked }) => {
        const { outcome, compared, cleanDays } = (await run.result()) as unknown as MonitorResult;
        assert.deepEqual([outcome, compared, cleanDays], ['Clean', 300, 1]);
        assert.deepEqual(looked, ['ESZ5 2025-12-01']);
      },
      { type: 'monitorDay', input: day('2025-12-01') },
    );
  });

  it('takes the oldest that waits where none is named, and tells what was found', async () => {
    const tiers = monitorTiers([day('2025-12-01'), day('2025-12-02')], {
      different: 1,
      findings: ['ParityBroken: one'],
    });
    await server.runTiers(
      'monitor-findings',
      tiers,
      async (run) => {
        const { outcome, tradeDate, findings } = (await run.result()) as unknown as MonitorResult;
        assert.deepEqual([outcome, tradeDate, findings], ['Findings', '2025-12-01', ['ParityBroken: one']]);
      },
      { type: 'monitorDay' },
    );
  });

  it('has nothing to do where every day was looked at', async () => {
    await server.runTiers(
      'monitor-nothing',
      monitorTiers([]),
      async (run) => assert.equal(((await run.result()) as unknown as MonitorResult).outcome, 'Nothing'),
      { type: 'monitorDay' },
    );
  });

  it('names the wrong field of its input', async () => {
    await server.with(monitorTiers([]), async () => {
      const run = await server.start('monitor-wrong', { tradeDate: 'yesterday' }, 'monitorDay');
      await assert.rejects(run.result(), (error: Error) => /tradeDate/.test(String(error.cause)));
    });
  });
});

describe('monitorDays', () => {
  let server: ScriptedServer;
  before(async () => {
    server = await ScriptedServer.open();
  });
  after(() => server.close());

  it('looks at every day that waits, oldest first, each under its own id', async () => {
    await server.runTiers(
      'monitor-days',
      monitorTiers([day('2025-12-01'), day('2025-12-02')]),
      async (run, { looked }) => {
        const { days } = (await run.result()) as unknown as MonitorDaysResult;
        assert.deepEqual(days, [
          { workflowId: 'monitor/ESZ5/2025-12-01', outcome: 'Clean' },
          { workflowId: 'monitor/ESZ5/2025-12-02', outcome: 'Clean' },
        ]);
        assert.deepEqual(looked, ['ESZ5 2025-12-01', 'ESZ5 2025-12-02']);
      },
      { type: 'monitorDays' },
    );
  });
});
