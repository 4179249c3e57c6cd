import assert from 'node:assert/strict';
import type { ShipResult } from '../../shared/orchestration/ship/messages.js';
import { pause, RunningStack } from './running-stack.js';

const PROCESSES = ['research', 'signer', 'broker', 'bridge', 'temporal'] as const;
const STAGES = ['Retraining', 'Gating', 'Signing', 'Pushing', 'Verifying', 'AwaitingOpen', 'Swapping', 'Observing'];

/** All of it, or the half whose turn it is: two days in a row see every pair of process and stage. */
const HALF = process.env.BELIEVE_FAULT_MATRIX === 'all' ? null : Math.floor(Date.now() / 86_400_000) % 2;

/**
 * Every process is killed (SIGKILL) in every stage of a ship, and every such ship ends as an undisturbed one does: one
 * release, one counter, one line in the swap log.
 */
describe('a ship whose processes are killed', function () {
  this.timeout(240_000);
  let stack: RunningStack;
  let stageSeconds: Map<string, number>;
  const table = new Map<string, string>();

  before(async () => {
    stack = await RunningStack.open();
    const { ship, over } = await stack.startShip('ship/undisturbed');
    const result = (await ship.result()) as ShipResult;
    await over;
    assert.equal(result.outcome, 'Live');
    stageSeconds = new Map(result.stages.map(({ stage, seconds }) => [stage, seconds]));
  });

  after(async () => {
    process.stdout.write(tableText());
    await stack?.close();
  });

  for (const [row, name] of PROCESSES.entries()) {
    for (const [column, stage] of STAGES.entries()) {
      if (HALF !== null && (row + column) % 2 !== HALF) continue;
      it(`ends as if nothing had happened when ${name} is killed while it is ${stage}`, async () => {
        const before = stack.state();
        const startedMs = Date.now();
        const { ship, over } = await stack.startShip(`ship/${name}-${stage}`);
        const isSeen = await stack.untilStage(ship, stage);
        await pause(untilTheMiddleMs(stage));
        const pid = stack.pidOf(name);
        process.kill(pid, 'SIGKILL');
        const result = (await ship.result()) as ShipResult;
        await over;
        assert.equal(result.outcome, 'Live');
        const now = stack.state();
        assert.deepEqual(now.releases, [...before.releases, 'live'], 'one release');
        assert.equal(result.counter, before.releases.length + 1, 'one counter');
        assert.deepEqual(
          now.swaps,
          [...before.swaps, { outcome: 'swapped', counter: result.counter }],
          'one swap line',
        );
        await stack.untilRestarted(name, pid);
        const seconds = ((Date.now() - startedMs) / 1000).toFixed(0);
        table.set(`${name} ${stage}`, isSeen ? `ok ${seconds} s` : `ok, later`);
      });
    }
  }

  /** As an undisturbed ship's times tell it; the quick stages are hit as soon as they are seen. */
  function untilTheMiddleMs(stage: string): number {
    const seconds = stageSeconds.get(stage) ?? 0;
    return seconds > 1 ? Math.min(2000, seconds * 400) : 0;
  }

  function tableText(): string {
    const row = (cells: readonly string[]) => `    ${cells.map((cell) => cell.padEnd(13)).join('')}\n`;
    const rows = PROCESSES.map((name) => row([name, ...STAGES.map((stage) => table.get(`${name} ${stage}`) ?? '-')]));
    return `\n    SIGKILL of a process x stage of the ship ("-": not passed, or not run; BELIEVE_FAULT_MATRIX=all runs all)\n${row(['', ...STAGES])}${rows.join('')}\n`;
  }
});
