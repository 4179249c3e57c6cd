import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { CircleHome } from './circle-home.js';

const PROCESSES = ['bridge', 'broker', 'receiver', 'research', 'releases', 'orchestrator', 'temporal'] as const;
/** Steps of both workflows as the server lists them while they run. */
const STEPS = {
  captureDay: [
    'awaitCaptured',
    'sealCapture',
    'pushBatches',
    'awaitReceived',
    'ingestDay',
    'takeReceipts',
    'pruneBroker',
  ],
  uploadJournal: ['sealJournals', 'pushBatches', 'awaitReceived', 'takeReceipts', 'pruneBroker'],
} as const;

/** All of it, or the seventh whose turn it is: seven days in a row see every pair of process and step. */
const TURN = process.env.BELIEVE_FAULT_MATRIX === 'all' ? null : Math.floor(Date.now() / 86_400_000) % PROCESSES.length;
/** A step may be over before it is seen; the next day has it again. */
const DAYS_TRIED_MAX = 6;

/** Every process is killed (SIGKILL) in every step of both workflows, and every such day ends as an undisturbed one does. */
describe('days on their way back whose processes are killed', function () {
  this.timeout(300_000);
  let circle: CircleHome;
  const table = new Map<string, string>();

  before(async () => {
    circle = await CircleHome.open();
    await circle.untilDays(1);
  });
  after(async () => {
    process.stdout.write(tableText());
    await circle?.close();
  });

  // One process after the other: of one that dies again and again the supervisor makes an end.
  for (const [workflow, steps] of Object.entries(STEPS))
    for (const [column, step] of steps.entries())
      for (const [row, name] of PROCESSES.entries()) {
        if (TURN !== null && (row + column) % PROCESSES.length !== TURN) continue;
        it(`end as if nothing had happened when ${name} is killed in ${step} of ${workflow}`, async () => {
          const { day, startedMs } = await killIn(name, workflow, step);
          const { outcome } = (await resultOf(day)) as { outcome: string };
          assert.equal(outcome, 'Done');
          table.set(`${name} ${workflow} ${step}`, `ok ${((Date.now() - startedMs) / 1000).toFixed(0)} s`);
        });
      }

  it('have lost nothing and doubled nothing in the end', async () => {
    await circle.untilDays(circle.days.all().length + 1);
    for (const day of circle.days.all()) circle.assertSameAsCaptured(day);
    circle.assertNoneIsMissing();
    circle.assertJournalsCame(circle.capturedDates().slice(0, -2));
  });

  /** @returns the day in whose step the process was killed */
  async function killIn(name: string, workflow: string, step: string) {
    const seen = new Set<string>();
    while (seen.size <= DAYS_TRIED_MAX) {
      const day = await runningDay(workflow);
      seen.add(day.workflowId);
      if (!(await untilIn(day, step))) continue;
      const pid = circle.testHome.pidOf(name)!;
      const startedMs = Date.now();
      process.kill(pid, 'SIGKILL');
      while ([null, pid].includes(circle.testHome.pidOf(name))) await tick(50);
      return { day, startedMs };
    }
    throw new Error(`${step} of ${workflow} was over before it was seen, ${DAYS_TRIED_MAX} times`);
  }

  async function tick(ms: number): Promise<void> {
    circle.requireUp();
    await pause(ms);
  }

  async function runningDay(workflow: string): Promise<WorkflowHandle> {
    const query = `WorkflowType="${workflow}" AND ExecutionStatus="Running"`;
    const endMs = Date.now() + 120_000;
    for (;;) {
      assert.ok(Date.now() < endMs, `no ${workflow} runs`);
      try {
        for await (const { workflowId } of circle.client.workflow.list({ query }))
          return circle.client.workflow.getHandle(workflowId);
      } catch {
        // It is being started anew.
      }
      await tick(20);
    }
  }

  /** @returns false where the day was over first */
  async function untilIn(day: WorkflowHandle, step: string): Promise<boolean> {
    for (;;) {
      const { status, raw } = await day.describe();
      if (raw.pendingActivities?.some(({ activityType }) => activityType?.name === step)) return true;
      if (status.name !== 'RUNNING') return false;
      await tick(3);
    }
  }

  async function resultOf(day: WorkflowHandle): Promise<unknown> {
    const endMs = Date.now() + 200_000;
    for (;;) {
      try {
        return await day.result();
      } catch (error) {
        if (Date.now() > endMs || (error as Error).name === 'WorkflowFailedError') throw error;
        await tick(500);
      }
    }
  }

  function tableText(): string {
    const row = (cells: readonly string[]) => `    ${cells.map((cell) => cell.padEnd(15)).join('')}\n`;
    const tables = Object.entries(STEPS).map(([workflow, steps]) => {
      const rows = PROCESSES.map((name) =>
        row([name, ...steps.map((step) => table.get(`${name} ${workflow} ${step}`) ?? '-')]),
      );
      return row([workflow, ...steps]) + rows.join('');
    });
    return `\n    SIGKILL of a process x step ("-": not passed, or not run; BELIEVE_FAULT_MATRIX=all runs all)\n${tables.join('\n')}\n`;
  }
});
