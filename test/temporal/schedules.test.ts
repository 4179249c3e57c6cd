import assert from 'node:assert/strict';
import type { Client } from '@temporalio/client';
import { configSchema } from '../../shared/config/config.js';
import { ensurePathSchedules, ensurePublishSchedule } from '../../temporal/path-schedules.js';
import { dropSchedules, ensureNightlySchedule } from '../../temporal/schedules.js';
import { ScriptedServer } from '../workflows/scripted-server.js';

const ALL = ['capture-days', 'monitor-days', 'nightly-retrain', 'publish-record', 'review-clicks', 'upload-journal'];

describe('schedules', () => {
  let server: ScriptedServer;
  let client: Client;
  before(async () => {
    server = await ScriptedServer.open();
    ({ client } = server.env);
  });
  after(() => server.close());

  const { schedule } = configSchema.parse({});
  const make = async () => {
    await ensureNightlySchedule(client, schedule);
    await ensurePathSchedules(client, { kind: 'real' });
    await ensurePublishSchedule(client, { kind: 'real' });
  };
  const described = (id: string) => client.schedule.getHandle(id).describe();
  /** The list follows what was asked for with a delay. */
  const there = async (count: number): Promise<string[]> => {
    for (let tries = 0; ; tries++) {
      const ids: string[] = [];
      for await (const { scheduleId } of client.schedule.list()) ids.push(scheduleId);
      if (ids.length === count || tries === 100) return ids.sort();
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };

  it('are made once, brought to the settings by the next start, and stay paused where an operator has paused them', async () => {
    await make();
    assert.deepEqual(await there(6), ALL);
    await client.schedule.getHandle('nightly-retrain').pause('a holiday');
    await ensureNightlySchedule(client, { ...schedule, hour: 3 });
    const { spec, state } = await described('nightly-retrain');
    assert.deepEqual(spec.calendars?.[0]?.hour, [{ start: 3, end: 3, step: 1 }]);
    assert.deepEqual([state.paused, state.note], [true, 'a holiday']);
    assert.equal((await described('capture-days')).state.paused, false);
  });

  it('are taken away where the settings want them no more, and it is no error that there are none', async () => {
    await make();
    await dropSchedules(client, ['capture-days', 'monitor-days', 'publish-record', 'review-clicks', 'upload-journal']);
    assert.deepEqual(await there(1), ['nightly-retrain']);
    await dropSchedules(client, ALL);
    assert.deepEqual(await there(0), []);
  });
});
