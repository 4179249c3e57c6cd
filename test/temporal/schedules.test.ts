import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import { runCommand } from '../../setup/run-command.js';
import { configSchema } from '../../shared/config/config.js';
import { ensurePathSchedules, ensurePublishSchedule } from '../../temporal/path-schedules.js';
import { dropSchedules, ensureNightlySchedule } from '../../temporal/schedules.js';
import { ScriptedServer } from '../workflows/scripted-server.js';

const MAIN = fileURLToPath(new URL('../../cli/main.js', import.meta.url));
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

  it('are kept by command on a server that `believe up` does not start', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'believe-schedules-'));
    try {
      const { address } = server.env;
      const settings = (more: object) => ({
        ...{ home: folder, clock: { kind: 'real' }, gateway: { embedded: false } },
        temporal: { embedded: false, address, namespace: client.options.namespace },
        ...more,
      });
      const kept = async (more: object) => {
        const config = path.join(folder, 'believe.config.json');
        writeFileSync(config, JSON.stringify(settings(more)));
        const words = [MAIN, 'temporal', 'schedules', '--config', config, '--json'];
        const { status, stdout, stderr } = await runCommand(process.execPath, words, { timeLimitMs: 60_000 });
        assert.equal(status, 0, stderr);
        return (JSON.parse(stdout) as { schedules: string[] }).schedules;
      };
      const on = {
        upload: { enabled: true },
        public: { url: 'https://record.example.org', origin: 'record.example.org' },
      };
      assert.deepEqual(await kept(on), ALL);
      assert.deepEqual(await there(6), ALL);
      assert.deepEqual(await kept({ ...on, upload: { enabled: false }, schedule: { enabled: false } }), []);
      assert.deepEqual(await there(0), []);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
