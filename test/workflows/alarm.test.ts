import assert from 'node:assert/strict';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { createAlarmActivities } from '../../activities/alarms/index.js';
import type { Alarm } from '../../shared/alarm/alarm.js';
import {
  ACKNOWLEDGE,
  type AlarmInput,
  type AlarmResult,
  type AlarmState,
  CLEAR,
  RAISE,
} from '../../shared/orchestration/alarm/messages.js';
import { Deliveries } from '../../watch/deliver.js';
import { addSilence } from '../../watch/silences.js';
import { Receivers } from '../watch/receivers.js';
import { ScriptedServer } from './scripted-server.js';

const ALARM: Alarm = {
  ...{
    tier: 'broker',
    name: 'BridgeSilent',
    about: '',
    severity: 'page',
    detail: 'status 40 s old',
    look: 'look at its log',
  },
  since: '2025-03-03T18:00:00.000Z',
};
/** A second stands for five minutes. */
const COURSE: AlarmInput['course'] = {
  repeatSeconds: { page: 1, warn: 60 },
  ...{ messagesALevel: 2, levels: 2, againAfterAckSeconds: 600, flapSeconds: 1, quiet: null },
};

describe('an alarm', () => {
  let server: ScriptedServer;
  let receivers: Receivers;
  before(async () => {
    server = await ScriptedServer.open();
  });
  after(() => server.close());
  beforeEach(async () => {
    receivers = await Receivers.open();
  });
  afterEach(() => receivers.close());

  /** The product's own steps, with a mail server and a second level that is called by HTTP. */
  function tiers() {
    const channels = receivers.channels([
      {
        kind: 'email',
        name: 'mail',
        host: '127.0.0.1',
        port: receivers.smtpPort,
        from: 'b@example.org',
        to: ['me@example.org'],
      },
      { kind: 'webhook', name: 'phone', url: `${receivers.url}/phone`, level: 1 },
    ]);
    const deliveries = new Deliveries(path.join(receivers.folder, 'deliveries.jsonl'), channels);
    return {
      alarms: createAlarmActivities({
        deliveries,
        silencesFile: path.join(receivers.folder, 'silences.json'),
        linkKeyFile: path.join(receivers.folder, 'link.key'),
        pageUrl: 'https://believe.example',
      }),
    };
  }

  async function run(
    name: string,
    act: (handle: WorkflowHandle) => Promise<void>,
    more: Partial<AlarmInput> = {},
  ): Promise<AlarmResult> {
    return await server.runTiers(
      name,
      tiers(),
      async (started) => {
        const handle = server.env.client.workflow.getHandle(started.workflowId);
        await act(handle);
        return (await handle.result()) as AlarmResult;
      },
      { type: 'alarm', input: { alarm: ALARM, course: COURSE, ...more } },
    );
  }

  const clear = (handle: WorkflowHandle) => handle.signal(CLEAR, { at: '2025-03-03T18:10:00.000Z' });
  async function until(done: () => boolean, what: string): Promise<void> {
    for (let waited = 0; !done(); waited += 50) {
      assert.ok(waited < 20_000, what);
      await pause(50);
    }
  }

  it('calls, repeats and calls others too, until somebody answers; then it tells its end', async () => {
    const result = await run('alarm-acknowledged', async (handle) => {
      await until(() => receivers.requests.length > 0, 'the second level was called');
      const state = await handle.executeUpdate<AlarmState, [object]>(ACKNOWLEDGE, {
        args: [{ by: 'ada', reason: 'on it' }],
      });
      assert.deepEqual([state.state, state.acknowledgedBy], ['Acknowledged', 'ada']);
      const { length } = receivers.mails;
      await pause(2500);
      assert.equal(receivers.mails.length, length, 'who has answered is left alone');
      await clear(handle);
    });
    assert.equal(result.acknowledgedBy, 'ada');
    const subjects = receivers.mails.map(({ subject }) => subject);
    assert.deepEqual(subjects.slice(0, 3), [
      'ALARM: BridgeSilent',
      'ALARM: BridgeSilent, told for the 2nd time',
      'ALARM: BridgeSilent, told for the 3rd time',
    ]);
    assert.equal(subjects.at(-1), 'over: BridgeSilent');
    assert.equal(subjects.length, result.messages + 1);
    assert.equal(new Set(receivers.mails.map(({ messageId }) => messageId)).size, subjects.length);
    assert.match(receivers.mails[0]!.text, /Acknowledge: https:\/\/believe\.example\/acknowledge\?/);
  });

  it('takes an answer by signal too, and says why it takes none', async () => {
    await run('alarm-refused-answers', async (handle) => {
      const answer = (input: object) => handle.executeUpdate<AlarmState, [object]>(ACKNOWLEDGE, { args: [input] });
      await assert.rejects(answer({ by: '' }), (error: Error) => /by/.test(String(error.cause)));
      await handle.signal(ACKNOWLEDGE, { reason: 'no name' });
      await handle.signal(ACKNOWLEDGE, { by: 'ada' });
      await assert.rejects(answer({ by: 'bob' }), (error: Error) =>
        /ada has acknowledged it already/.test(String(error.cause)),
      );
      await clear(handle);
      await assert.rejects(answer({ by: 'bob' }), (error: Error) => /it is over/.test(String(error.cause)));
    });
  });

  it('takes what comes back at once for the same alarm, and tells its end once', async () => {
    const result = await run('alarm-flapped', async (handle) => {
      await until(() => receivers.mails.length === 1, 'told');
      for (const detail of ['once more', 'and again']) {
        await clear(handle);
        await handle.signal(RAISE, { alarm: { ...ALARM, detail }, course: COURSE });
      }
      await clear(handle);
    });
    assert.equal(receivers.mails.filter(({ subject }) => subject.startsWith('over')).length, 1);
    assert.ok(result.messages <= 3);
  });

  it('tells nobody what is silenced', async () => {
    const from = new Date().toISOString();
    addSilence(path.join(receivers.folder, 'silences.json'), {
      ...{
        id: 's',
        matching: 'broker/*',
        by: 'ada',
        reason: 'maintenance',
        from,
        until: new Date(Date.now() + 60_000).toISOString(),
      },
    });
    const result = await run('alarm-silenced', async (handle) => {
      await pause(1500);
      await clear(handle);
    });
    assert.deepEqual([result.messages, receivers.mails.length], [0, 0]);
  });

  it('goes on as a new run before its history is long, and counts on', async () => {
    const result = await run('alarm-long', async (handle) => {
      await until(() => receivers.mails.length >= 14, 'told often');
      await clear(handle);
    });
    assert.ok(result.messages >= 14);
    const subjects = receivers.mails.map(({ subject }) => subject);
    assert.equal(new Set(subjects).size, subjects.length, 'each message once');
  });

  it('names the wrong field of its input', async () => {
    await server.with(tiers(), async () => {
      const wrong = await server.start(
        'alarm-wrong',
        { alarm: { ...ALARM, name: 'lower case' }, course: COURSE },
        'alarm',
      );
      await assert.rejects(wrong.result(), (error: Error) => /alarm\.name/.test(String(error.cause)));
    });
  });
});
