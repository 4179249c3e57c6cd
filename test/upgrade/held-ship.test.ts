import assert from 'node:assert/strict';
import { readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { obtainTemporal } from '../../setup/temporal-binary.js';
import { REGISTERED_ATTRIBUTES } from '../../shared/orchestration/registered-attributes.js';
import type { Decision } from '../../shared/orchestration/ship/messages.js';
import { TASK_QUEUES } from '../../shared/orchestration/ship/task-queues.js';
import { makeCurrent, useOfBuild } from '../../temporal/deployment.js';
import { workflowsBuildId } from '../../temporal/workflow-bundle.js';
import { decideUpdate } from '../../workflows/ship/decision-desk.js';
import { progressQuery } from '../../workflows/ship/ship-log.js';
import { scriptedTiers } from '../workflows/scripted-tiers.js';
import { InstalledBuilds } from './installed-builds.js';

/** The server's account of what has drained is minutes behind by itself. */
const SOON = ['VersionDrainageStatusVisibilityGracePeriod', 'VersionDrainageStatusRefreshInterval'].flatMap((name) => [
  '--dynamic-config-value',
  `matching.wv.${name}="1s"`,
]);
const approval: Decision = {
  verdict: 'approve',
  by: 'ann',
  reason: 'a sample run',
  signed: { payloadType: 'decision', payload: 'e30=', signatures: [{ keyid: 'a'.repeat(64), sig: 'AA==' }] },
};

describe('an upgrade while a ship is held', function () {
  this.timeout(300_000);
  let builds: InstalledBuilds;
  let env: TestWorkflowEnvironment;
  let broker: Worker;
  let brokerRuns: Promise<void>;
  const former = workflowsBuildId();
  let later: string;

  before(async function () {
    if (process.platform !== 'linux') this.skip();
    Runtime.install({ logger: new DefaultLogger('ERROR') });
    builds = new InstalledBuilds();
    const { path: executable } = await obtainTemporal();
    const attributes = REGISTERED_ATTRIBUTES.flatMap(({ name, type }) => ['--search-attribute', `${name}=${type}`]);
    env = await TestWorkflowEnvironment.createLocal({
      server: { executable: { type: 'existing-path', path: executable }, extraArgs: [...attributes, ...SOON] },
    });
    broker = await Worker.create({
      ...{ connection: env.nativeConnection, taskQueue: TASK_QUEUES.broker, activities: scriptedTiers({}).broker },
    });
    brokerRuns = broker.run();
    await builds.describeHost(env.address);
    await builds.makeBuild(builds.program, 'aaaaaaaaaaaa', false);
    await builds.makeBuild(builds.at('brought', 'b'), 'bbbbbbbbbbbb', true);
    for (const name of ['signer', 'receiver', 'research', 'orchestrator'])
      await builds.services().keep(`believe-${name}`);
    await makeCurrent(env.client, former);
  });

  after(async () => {
    await builds?.services().endAll();
    broker?.shutdown();
    await brokerRuns;
    await env?.teardown();
    await builds?.remove();
  });

  const start = (name: string): Promise<WorkflowHandle> =>
    env.client.workflow.start('shipModel', {
      ...{ workflowId: `ship/${name}`, taskQueue: TASK_QUEUES.workflows, args: [{}] },
    });
  const calls = (ship: string, step: string) =>
    readFileSync(builds.at('home', 'calls.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { ship: string; step: string; attempt: number })
      .filter((call) => call.ship === `ship/${ship}` && call.step === step);

  it('lets held ships end on their own build, new ones begin on the new, and what has drained go', async () => {
    const held = await start('held');
    const stepping = await start('stepping');
    await until(async () => (await held.query(progressQuery)).stage === 'Held');
    await until(() => calls('stepping', 'buildSamples').length === 1);

    let killed = 0;
    for (;;) {
      const run = await builds.upgrade({ bundle: builds.at('brought', 'b'), killed: true });
      if (run.json !== undefined) {
        assert.deepEqual(run.json, { build: B, former: A, forced: [], drained: [] });
        break;
      }
      assert.equal(run.status, null, run.stderr);
      killed++;
    }
    assert.equal(killed, readFileSync(builds.killsFile, 'utf8').trim().split('\n').length);
    assert.ok(killed >= 10, `killed at ${killed} steps`);
    assert.equal(readlinkSync(builds.program), builds.at('opt', 'believe-builds', B));
    const { json } = await builds.upgrade({ status: true });
    const [b, a] = json.builds;
    assert.deepEqual(
      [a.build, a.is, a.drains, a.use],
      [...[A, 'former', true], { state: 'draining', runs: ['ship/held', 'ship/stepping'] }],
    );
    assert.deepEqual([b.build, b.is, b.drains, b.use], [B, 'current', false, { state: 'current', runs: [] }]);

    const after = await start('after');
    assert.equal((await after.result()).outcome, 'Live');
    later = b.workflows;
    assert.deepEqual(await buildsOf(after), [later]);

    writeFileSync(builds.at('home', 'go'), '');
    assert.equal((await stepping.result()).outcome, 'Live');
    // Its worker was ended in the middle of it, more than once, and what is done once was done once.
    assert.ok(calls('stepping', 'buildSamples').length > 1);
    assert.deepEqual((await builds.upgrade({ finish: true })).json, { drained: [] });
    assert.equal(await held.executeUpdate(decideUpdate, { args: [approval] }), 'approved by ann');
    assert.equal((await held.result()).outcome, 'Live');
    for (const ship of [held, stepping]) assert.deepEqual(await buildsOf(ship), [former]);
    for (const ship of ['held', 'stepping', 'after']) assert.equal(calls(ship, 'signRelease').length, 1, ship);

    await until(async () => (await useOfBuild(env.client, former)).state === 'drained');
    assert.deepEqual((await builds.upgrade({ finish: true })).json, { drained: [A] });
    assert.deepEqual(await builds.services().running().then(sorted), SERVICES);
  });

  it('goes back, once, and keeps the newer build for those who want it after all', async () => {
    const back = await builds.upgrade({ back: true });
    assert.deepEqual([back.json?.build, back.json?.former], [A, B], back.stderr);
    const ship = await start('after-going-back');
    assert.equal((await ship.result()).outcome, 'Live');
    assert.deepEqual(await buildsOf(ship), [former]);

    await until(async () => (await useOfBuild(env.client, later)).state === 'drained');
    assert.deepEqual((await builds.upgrade({ back: true })).json, { build: A, former: B, forced: [], drained: [B] });
    assert.deepEqual(await builds.services().running().then(sorted), SERVICES);
    const { json } = await builds.upgrade({ status: true });
    assert.deepEqual(
      json.builds.map(({ build, is }: { build: string; is: string }) => [build, is]),
      [
        [A, 'current'],
        [B, 'former'],
      ],
    );
  });

  /** Builds of the workflows that have answered workflow tasks of a ship. */
  async function buildsOf(ship: WorkflowHandle): Promise<(string | null | undefined)[]> {
    const { events } = await ship.fetchHistory();
    const done = (events ?? []).flatMap(({ workflowTaskCompletedEventAttributes: task }) => (task ? [task] : []));
    return [...new Set(done.map(({ deploymentVersion }) => deploymentVersion?.buildId))];
  }
});

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
const [A, B] = ['a', 'b'].map((letter) => `${version}-${letter.repeat(12)}`) as [string, string];
const SERVICES = ['orchestrator', 'receiver', 'research', 'signer'].map((name) => `believe-${name}`);
const sorted = (names: string[]): string[] => names.sort();

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await pause(100);
}
