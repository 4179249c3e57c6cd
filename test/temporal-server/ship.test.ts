import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { isGrpcServiceError } from '@temporalio/client';
import type { ShipHandle } from '../../cli/ship/find-ship.js';
import { type Alarm, fingerprintOf } from '../../shared/alarm/alarm.js';
import { courseSettings } from '../../shared/alarm/course-settings.js';
import { alarmId } from '../../shared/orchestration/alarm/messages.js';
import type { ShipResult } from '../../shared/orchestration/ship/messages.js';
import { alarmWorkflows } from '../../temporal/alarm-workflows.js';
import { RunningStack } from '../ship/running-stack.js';
import { OwnServer, whatIsMissing } from './own-server.js';

describe('a ship on a Temporal server of our own, each tier by its certificate', function () {
  this.timeout(600_000);
  let own: OwnServer;
  let stack: RunningStack;

  before(async function () {
    const missing = await whatIsMissing();
    if (missing !== null) {
      process.stderr.write(`skipped: ${missing}\n`);
      this.skip();
    }
    own = await OwnServer.open();
    const { tls, address } = own.configOf('operator').temporal;
    const settings = {
      ...{ BELIEVE_TEMPORAL_EMBEDDED: 'false', BELIEVE_TEMPORAL_ADDRESS: address, BELIEVE_WATCH_ENABLED: 'true' },
      ...{ BELIEVE_TEMPORAL_TLS_CA_FILE: tls.caFile, BELIEVE_TEMPORAL_TLS_TIER_FOLDER: tls.tierFolder! },
      ...{ BELIEVE_TEMPORAL_TLS_CERT_FILE: tls.certFile, BELIEVE_TEMPORAL_TLS_KEY_FILE: tls.keyFile },
    };
    stack = await RunningStack.open({ settings, connect: () => own.client('operator') });
  });
  after(async () => {
    await stack?.close();
    await own?.close();
  });

  it('goes live, and nobody needed what his role may not', () => {
    assert.deepEqual(new Set(stack.state().releases), new Set(['live']));
    assert.doesNotMatch(own.log, /"msg":"refused"/);
  });

  it('has its alarms raised and cleared by the watchers’ certificate, and by no tier’s', async () => {
    const about = { tier: 'broker', name: 'BridgeSilent', about: 'test' } as const;
    const alarm: Alarm = { ...about, ...{ severity: 'warn', detail: 'x', look: 'y' }, since: new Date().toISOString() };
    const workflows = async (role: 'watcher' | 'broker') => {
      const client = await own.client(role);
      return { client, ...alarmWorkflows(() => Promise.resolve(client), courseSettings(own.configOf(role).watch)) };
    };
    const [watcher, broker] = [await workflows('watcher'), await workflows('broker')];
    const handle = stack.client.workflow.getHandle(alarmId(fingerprintOf(alarm)));
    await assert.rejects(broker.raise(alarm, 1), isDenied);
    await watcher.raise(alarm, 1);
    await assert.rejects(broker.clear(fingerprintOf(alarm), alarm.since), isDenied);
    await watcher.clear(fingerprintOf(alarm), alarm.since);
    // What comes in while the workflow is at work is written down after that.
    const signals: string[] = [];
    while (signals.at(-1) !== 'clear') {
      const { events } = await handle.fetchHistory();
      signals.splice(0, signals.length, ...events!.flatMap(signalOf));
    }
    assert.deepEqual(signals, ['raise', 'clear']);
    await handle.terminate();
    for (const { client } of [watcher, broker]) await client.connection.close();
  });

  it('ends the same where PostgreSQL is killed under it', () =>
    endsTheSame('postgresql', 'Gating', async () => {
      await own.killPostgres();
      await pause(1000);
      await own.startPostgres();
    }));

  it('ends the same where the server is killed under it', () =>
    endsTheSame('server', 'AwaitingOpen', async () => {
      await own.killServer();
      await pause(500);
      await own.startServer();
    }));

  /** One release, one counter, one line in the swap log, as of a ship that nobody disturbed. */
  async function endsTheSame(name: string, stage: string, kill: () => Promise<void>): Promise<void> {
    const before = stack.state();
    const { ship, over } = await stack.startShip(`ship/${name}`);
    await stack.untilStage(ship, stage);
    await kill();
    const result = (await ship.result()) as ShipResult;
    await over;
    assert.equal(result.outcome, 'Live');
    assert.equal(result.counter, before.releases.length + 1);
    const now = stack.state();
    assert.deepEqual(now.releases, [...before.releases, 'live']);
    assert.deepEqual(now.swaps, [...before.swaps, { outcome: 'swapped', counter: result.counter }]);
  }
});

const isDenied = (error: unknown) => {
  const cause = (error as Error).cause ?? error;
  return isGrpcServiceError(cause) && cause.code === 7;
};

type Event = NonNullable<Awaited<ReturnType<ShipHandle['fetchHistory']>>['events']>[number];
const signalOf = (event: Event) => event.workflowExecutionSignaledEventAttributes?.signalName ?? [];
