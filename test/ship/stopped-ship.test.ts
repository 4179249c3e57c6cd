import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { ShipResult } from '../../shared/orchestration/ship/messages.js';
import { pause, RunningStack } from './running-stack.js';

describe('a ship that is stopped', function () {
  this.timeout(240_000);
  let stack: RunningStack;
  before(async () => {
    stack = await RunningStack.open();
  });
  after(async () => {
    await stack?.close();
  });

  const runningModel = () => {
    const status = readFileSync(path.join(stack.testHome.home, 'broker', 'status.json'), 'utf8');
    return (JSON.parse(status) as { modelVersion: number }).modelVersion;
  };

  for (const what of ['tarball', 'envelope'] as const) {
    it(`is Refused when a byte of the ${what} changes after signing, and the old heads stay`, async () => {
      const { swaps, releases } = stack.state();
      const version = releases.length + 1;
      const model = runningModel();
      const { ship, over } = await stack.startShip(`ship/changed-${what}`);
      await stack.untilStage(ship, 'Signing');
      const broker = stack.pidOf('broker');
      process.kill(broker, 'SIGSTOP'); // so that the change is there before the broker looks
      try {
        const published = path.join(stack.testHome.home, 'research', 'published');
        const file = path.join(published, `believe-v${version}.${what === 'tarball' ? 'tar.gz' : 'dsse.json'}`);
        while (!existsSync(path.join(published, `believe-v${version}.dsse.json`))) await pause(10);
        flipOneByte(file);
      } finally {
        process.kill(broker, 'SIGCONT');
      }
      await assert.rejects(ship.result(), refused);
      await over;
      assert.equal(await stack.stageOf(ship), 'Refused');
      assert.deepEqual(stack.state().swaps, swaps);
      assert.equal(runningModel(), model);
    });
  }

  it('is Refused when a head changes on the broker between verification and swap', async () => {
    const model = runningModel();
    const version = stack.state().releases.length + 1;
    const { ship, over } = await stack.startShip('ship/changed-head');
    await stack.untilStage(ship, 'Pushing');
    const bridge = stack.pidOf('bridge');
    process.kill(bridge, 'SIGSTOP'); // so that the change is there before the bridge reads
    try {
      // The broker verifies once more before it arms: what changes after that, the bridge alone can notice.
      while (!existsSync(path.join(stack.testHome.home, 'broker', 'armed', 'swap.json'))) await pause(5);
      flipOneByte(path.join(stack.testHome.home, 'broker', 'releases', `believe-v${version}.tar.gz`));
    } finally {
      process.kill(bridge, 'SIGCONT');
    }
    await assert.rejects(ship.result(), refused);
    await over;
    assert.equal(runningModel(), model);
    assert.equal(stack.state().swaps.at(-1)?.outcome, 'refused');
  });

  for (const stage of ['Retraining', 'Gating', 'Signing', 'Pushing', 'Verifying', 'AwaitingOpen']) {
    it(`leaves a clean state when it is aborted while it is ${stage}`, async () => {
      const { swaps } = stack.state();
      const { ship, over } = await stack.startShip(`ship/aborted-${stage}`);
      await stack.untilStage(ship, stage);
      const { code, stdout, stderr } = await stack.testHome.believe('ship', 'abort', ship.workflowId, '--json');
      assert.equal(code, 0, stderr);
      await over;
      const { stage: ended, remarks } = JSON.parse(stdout) as { stage: string; remarks: string[] };
      // A ship may be faster than the command: then it is live, or says that it has swapped already.
      const swapped = ended === 'Live' || remarks.some((remark) => /already swapped/.test(remark));
      assert.ok(ended === 'Aborted' || ended === 'Live', ended);
      assert.equal(stack.state().swaps.length, swaps.length + (swapped ? 1 : 0));
      assert.equal(existsSync(path.join(stack.testHome.home, 'broker', 'armed', 'swap.json')), false);
    });
  }

  it('does not keep the next one from going live', async () => {
    const { ship, over } = await stack.startShip('ship/next');
    const result = (await ship.result()) as ShipResult;
    await over;
    assert.equal(result.outcome, 'Live');
    assert.deepEqual(stack.state().swaps.at(-1), { outcome: 'swapped', counter: result.counter });
  });

  it('lets a second ship wait for the lane, and both go live one after the other', async () => {
    const [first, second] = [await stack.startShip('ship/together-1'), await stack.startShip('ship/together-2')];
    const results = (await Promise.all([first.ship.result(), second.ship.result()])) as ShipResult[];
    await Promise.all([first.over, second.over]);
    assert.deepEqual(
      results.map(({ outcome }) => outcome),
      ['Live', 'Live'],
    );
    const [a, b] = results.map(({ counter }) => counter ?? 0);
    assert.equal(Math.abs(a! - b!), 1);
  });
});

function refused(error: unknown): boolean {
  return (
    error instanceof WorkflowFailedError &&
    error.cause instanceof ApplicationFailure &&
    error.cause.type === 'ReleaseRefused'
  );
}

function flipOneByte(file: string): void {
  const bytes = readFileSync(file);
  const at = Math.floor(bytes.length / 2);
  bytes[at] = bytes[at]! ^ 1;
  writeFileSync(file, bytes);
}
