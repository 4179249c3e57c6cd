import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Client } from '@temporalio/client';
import { startShip } from '../../cli/ship/start-ship.js';
import { releaseLedger } from '../../research/release/build-release.js';
import type { Decision, ShipResult } from '../../shared/ship/messages.js';
import { SHIP_ATTRIBUTES } from '../../shared/ship/search-attributes.js';
import { connectClient } from '../../temporal/client.js';
import { Berth, type Running } from './berth.js';

const PROCESSES = ['research', 'broker', 'bridge', 'temporal'] as const;
const STAGES = [
  'Retraining',
  'Gating',
  'Signing',
  'Pushing',
  'Verifying',
  'AwaitingOpen',
  'Swapping',
  'Observing',
] as const;
type Stage = (typeof STAGES)[number];

/** A market so small that a ship takes seconds. It may be held for that: then it is approved. */
const SMALL_MARKET = {
  BELIEVE_INPUT_DAYS: '8',
  BELIEVE_INPUT_MINUTES_PER_DAY: '5',
  BELIEVE_INPUT_BAR_DAYS: '40',
  BELIEVE_GATE_TEST_ROWS_MIN: '20',
  BELIEVE_SCHEDULE_ENABLED: 'false',
};

/**
 * Every process is killed (SIGKILL) in every stage of a ship, and every such ship ends as an undisturbed one does: one
 * release, one counter, one line in the swap log.
 */
describe('a ship whose processes are killed', function () {
  this.timeout(240_000);
  let berth: Berth;
  let up: Running;
  let client: Client;
  let stageSeconds: Map<string, number>;
  const table = new Map<string, string>();

  before(async () => {
    berth = await Berth.open(SMALL_MARKET);
    up = berth.start('up', '--approve', 'small market', '--by', 'test');
    await up.until(/up until Ctrl-C/);
    client = await connectClient({ address: berth.temporalAddress, namespace: 'believe' });
    stageSeconds = await undisturbed();
  });

  after(async () => {
    process.stdout.write(tableText());
    await client?.connection.close();
    await up?.stop();
    berth?.close();
  });

  for (const name of PROCESSES) {
    for (const stage of STAGES) {
      it(`ends as if nothing had happened when ${name} is killed while it is ${stage}`, async () => {
        const before = stateNow();
        const ship = await startShip(client, `ship/${name}-${stage}`, {});
        const startedMs = Date.now();
        const approving = approveWhenHeld(ship.workflowId);
        const pid = await killIn(stage, ship.workflowId, name);
        const result = (await ship.result()) as ShipResult;
        await approving;
        assert.equal(result.outcome, 'Live');
        const now = stateNow();
        assert.deepEqual(now.releases, [...before.releases, 'live'], 'one release');
        assert.equal(result.counter, before.releases.length + 1, 'one counter');
        assert.deepEqual(now.swaps.slice(0, -1), before.swaps);
        assert.equal(now.swaps.length, before.swaps.length + 1, 'one swap line');
        assert.deepEqual(now.swaps.at(-1), { outcome: 'swapped', counter: result.counter });
        await untilRestarted(name, pid);
        table.set(`${name} ${stage}`, `ok ${((Date.now() - startedMs) / 1000).toFixed(0)} s`);
      });
    }
  }

  it('was killed in every stage that there is a cell for', () => {
    assert.equal(table.size, PROCESSES.length * STAGES.length);
  });

  /** Kills in the middle of the stage as an undisturbed ship's times tell it; returns the pid that was killed. */
  async function killIn(stage: Stage, workflowId: string, name: (typeof PROCESSES)[number]): Promise<number> {
    const handle = client.workflow.getHandle(workflowId);
    const now = async () => (await handle.describe()).typedSearchAttributes.get(SHIP_ATTRIBUTES.stage);
    while ((await now()) !== stage) await pause(5);
    const seconds = stageSeconds.get(stage) ?? 0;
    if (seconds > 1) await pause(Math.min(2000, seconds * 400));
    const pid = pidOf(name);
    process.kill(pid, 'SIGKILL');
    return pid;
  }

  /** The server may be the process that is killed: asks until the ship is past its hold. */
  async function approveWhenHeld(workflowId: string): Promise<void> {
    const handle = client.workflow.getHandle(workflowId);
    for (;;) {
      const description = await handle.describe().catch(() => null);
      if (description && description.status.name !== 'RUNNING') return;
      if (description?.typedSearchAttributes.get(SHIP_ATTRIBUTES.stage) === 'Held') {
        const decision: Decision = { verdict: 'approve', by: 'test', reason: 'small market' };
        await handle.executeUpdate<string, [Decision]>('decide', { args: [decision] }).catch(() => {});
      }
      await pause(100);
    }
  }

  async function undisturbed(): Promise<Map<string, number>> {
    const ship = await startShip(client, 'ship/undisturbed', {});
    const approving = approveWhenHeld(ship.workflowId);
    const result = (await ship.result()) as ShipResult;
    await approving;
    assert.equal(result.outcome, 'Live');
    return new Map(result.stages.map(({ stage, seconds }) => [stage, seconds]));
  }

  function stateNow() {
    const releases = releaseLedger(path.join(berth.home, 'research', 'releases')).list();
    return {
      releases: releases.map(({ state }) => state as string),
      swaps: berth.swaps().map(({ outcome, counter }) => ({ outcome, counter })),
    };
  }

  /** The supervisor notes the pid of the process that it started in the dead one's place. */
  async function untilRestarted(name: string, killed: number): Promise<void> {
    for (;;) {
      const file = path.join(berth.home, 'run', `${name}.pid`);
      if (existsSync(file) && pidOf(name) !== killed) return;
      await pause(50);
    }
  }

  function pidOf(name: string): number {
    return Number(readFileSync(path.join(berth.home, 'run', `${name}.pid`), 'utf8'));
  }

  function tableText(): string {
    const width = 13;
    const row = (cells: readonly string[]) => `${cells.map((cell) => cell.padEnd(width)).join('')}\n`;
    const rows = PROCESSES.map((name) =>
      row([name, ...STAGES.map((stage) => table.get(`${name} ${stage}`) ?? 'FAILED')]),
    );
    return `\n    SIGKILL of a process x stage of the ship\n    ${row(['', ...STAGES])}    ${rows.join('    ')}\n`;
  }
});

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
