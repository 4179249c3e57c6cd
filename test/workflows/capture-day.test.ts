import assert from 'node:assert/strict';
import { WorkflowFailedError } from '@temporalio/client';
import { ActivityFailure, ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { captureText } from '../../cli/capture/capture-text.js';
import type { CaptureDaysResult, CaptureResult, JournalResult } from '../../shared/orchestration/path/messages.js';
import { PATH_ATTRIBUTES } from '../../shared/orchestration/path/search-attributes.js';
import { type PathScript, scriptedPath } from './scripted-path.js';
import { ScriptedServer } from './scripted-server.js';

const WAY = ['pushBatches', 'awaitReceived'];

describe('the way back', () => {
  let server: ScriptedServer;
  before(async () => {
    server = await ScriptedServer.open();
  });
  after(() => server.close());

  type Run = Awaited<ReturnType<ScriptedServer['start']>>;
  const run = (
    name: string,
    script: PathScript,
    act: (run: Run, calls: string[]) => Promise<void>,
    ask: { readonly type: string; readonly input?: unknown },
  ) => server.runTiers(name, scriptedPath(script), (started, { calls }) => act(started, calls), ask);
  const attributesOf = async (started: Run) => (await started.describe()).typedSearchAttributes;

  describe('captureDay', () => {
    const type = 'captureDay';

    it('brings a day home, each step once and in order: the broker deletes only what the store has', async () => {
      await run(
        'capture-done',
        {},
        async (started, calls) => {
          const result = (await started.result()) as unknown as CaptureResult;
          assert.deepEqual([result.outcome, result.events, result.rows, result.pruned], ['Done', 98, 100, 4]);
          assert.deepEqual(calls, [
            ...['captureDefaults', 'awaitCaptured', 'sealCapture', ...WAY, 'ingestDay', 'takeReceipts', 'pruneBroker'],
          ]);
          const attributes = await attributesOf(started);
          assert.equal(attributes.get(PATH_ATTRIBUTES.state), 'Done');
          assert.equal(attributes.get(PATH_ATTRIBUTES.tradeDate), '2025-12-01');
          assert.ok(attributes.get(PATH_ATTRIBUTES.lagSeconds)! >= 0);
        },
        { type, input: { instrument: 'ESZ5', tradeDate: '2025-12-01' } },
      );
    });

    it('brings a second capture home after the first, and compares both', async () => {
      await run(
        'capture-reconciled',
        { others: ['sierra'] },
        async (started, calls) => {
          const result = (await started.result()) as unknown as CaptureResult;
          assert.deepEqual([result.outcome, result.events, result.rows], ['Done', 98, 100], 'of the first');
          const found = { verdict: 'doubtful', volumeMatchedPercent: 99.2 };
          assert.deepEqual(result.seconds, [{ source: 'sierra', events: 98, ...found }]);
          assert.match(captureText(result), /; sierra: doubtful, 99.20 % of the volume in both$/);
          const one = ['sealCapture', ...WAY, 'ingestDay', 'takeReceipts'];
          const other = ['awaitCaptured, sierra', 'sealCapture, sierra', ...WAY, 'ingestDay, sierra', 'takeReceipts'];
          assert.deepEqual(calls, [
            ...['captureDefaults', 'awaitCaptured', ...one, ...other, 'reconcileDay, sierra', 'pruneBroker'],
          ]);
          assert.equal((await attributesOf(started)).get(PATH_ATTRIBUTES.state), 'Done');
        },
        { type },
      );
    });

    it('does not wait for a second capture that fails: the day is home without it', async () => {
      const before = (step: string) => {
        if (step === 'sealCapture, sierra')
          throw ApplicationFailure.nonRetryable('a file became shorter', 'SealSourceChanged');
      };
      await run(
        'capture-second-fails',
        { others: ['sierra'], before },
        async (started, calls) => {
          assert.equal(((await started.result()) as unknown as CaptureResult).outcome, 'Done');
          assert.deepEqual(calls.slice(-2), ['sealCapture, sierra', 'pruneBroker']);
        },
        { type },
      );
    });

    it('brings a second capture home where the bridge has none, and compares nothing', async () => {
      await run(
        'capture-second-alone',
        { rows: null, others: ['sierra'] },
        async (started, calls) => {
          assert.equal(((await started.result()) as unknown as CaptureResult).outcome, 'Empty');
          assert.deepEqual(calls.slice(-2), ['takeReceipts', 'pruneBroker']);
        },
        { type },
      );
    });

    it('ends Empty, with nothing sent, where nothing was captured', async () => {
      await run(
        'capture-empty',
        { rows: null },
        async (started, calls) => {
          assert.equal(((await started.result()) as unknown as CaptureResult).outcome, 'Empty');
          assert.equal(calls.at(-1), 'sealCapture');
          assert.equal((await attributesOf(started)).get(PATH_ATTRIBUTES.state), 'Empty');
        },
        { type },
      );
    });

    it('sends again what did not arrive', async () => {
      await run(
        'capture-sent-again',
        { receivedLate: 1 },
        async (started, calls) => {
          await started.result();
          assert.deepEqual(calls.slice(3, 8), [...WAY, ...WAY, 'ingestDay']);
        },
        { type },
      );
    });

    it('ends Refused, with research’s reason, where a batch was set aside', async () => {
      const refused = ApplicationFailure.nonRetryable('batch 2 of it was set aside (fork)', 'BatchSetAside');
      const before = (step: string) => {
        if (step === 'awaitReceived') throw refused;
      };
      await run(
        'capture-refused',
        { before },
        async (started, calls) => {
          const why = (error: unknown) =>
            error instanceof WorkflowFailedError &&
            error.cause instanceof ActivityFailure &&
            error.cause.cause instanceof ApplicationFailure &&
            error.cause.cause.type === 'BatchSetAside';
          await assert.rejects(started.result(), why);
          assert.equal(calls.includes('ingestDay'), false);
          assert.equal((await attributesOf(started)).get(PATH_ATTRIBUTES.state), 'Refused');
        },
        { type },
      );
    });

    it('tries again for as long as a tier is away', async () => {
      const before = (step: string, attempt: number) => {
        if (step === 'pushBatches' && attempt < 3) throw new Error('no route to host');
      };
      await run(
        'capture-outage',
        { before },
        async (started, calls) => {
          assert.equal(((await started.result()) as unknown as CaptureResult).outcome, 'Done');
          assert.equal(calls.filter((call) => call === 'pushBatches').length, 3);
        },
        { type },
      );
    });

    it('ends Aborted when an operator cancels it', async () => {
      let reached = () => {};
      const sealing = new Promise<void>((resolve) => {
        reached = resolve;
      });
      const before = async (step: string) => {
        if (step !== 'awaitReceived') return;
        reached();
        await new Promise((resolve) => setTimeout(resolve, 3000));
      };
      await run(
        'capture-aborted',
        { before },
        async (started) => {
          await sealing;
          await server.env.client.workflow.getHandle(started.workflowId).cancel();
          const why = (error: unknown) =>
            error instanceof WorkflowFailedError && error.cause instanceof CancelledFailure;
          await assert.rejects(started.result(), why);
          assert.equal((await attributesOf(started)).get(PATH_ATTRIBUTES.state), 'Aborted');
        },
        { type },
      );
    });

    it('names the wrong field of its input', async () => {
      await run(
        'capture-invalid',
        {},
        async (started, calls) => {
          const why = (error: unknown) =>
            error instanceof WorkflowFailedError &&
            error.cause instanceof ApplicationFailure &&
            /^tradeDate: /.test(error.cause.message);
          await assert.rejects(started.result(), why);
          assert.deepEqual(calls, []);
        },
        { type, input: { tradeDate: '2025-13-01' } },
      );
    });
  });

  describe('captureDays', () => {
    const type = 'captureDays';
    const days = ['2025-11-26', '2025-11-28', '2025-12-01'].map((tradeDate) => ({ instrument: 'ESZ5', tradeDate }));

    it('brings home every day that is missing, oldest first, each under its own id', async () => {
      await run(
        'capture-days',
        // The first two the broker has sent already; the second it still has to acknowledge.
        { backlog: days.slice(1), received: days.slice(0, 2) },
        async (started, calls) => {
          const { days: done } = (await started.result()) as unknown as CaptureDaysResult;
          assert.deepEqual(
            done,
            days.map(({ tradeDate }) => ({ workflowId: `capture/ESZ5/${tradeDate}`, outcome: 'Done' })),
          );
          assert.equal(calls.filter((call) => call === 'ingestDay').length, 3);
        },
        { type },
      );
    });

    it('stops at a day that is refused: those behind it would follow out of order', async () => {
      const refused = ApplicationFailure.nonRetryable('it is not what was sealed of it before', 'SealSourceChanged');
      const before = (step: string, attempt: number) => {
        if (step === 'sealCapture' && attempt === 2) throw refused;
      };
      await run(
        'capture-days-refused',
        { backlog: days.map(({ tradeDate }) => ({ instrument: 'NQZ5', tradeDate })), before },
        async (started, calls) => {
          await assert.rejects(started.result(), WorkflowFailedError);
          assert.equal(calls.filter((call) => call === 'ingestDay').length, 1);
        },
        { type },
      );
    });
  });

  describe('uploadJournal', () => {
    const type = 'uploadJournal';

    it('sends round after round, skips rounds with nothing new, and ends with the close of the day', async () => {
      const rounds = [{}, { batches: 0 }, { isOver: true }, { batches: 5 }];
      await run(
        'journal-done',
        { rounds },
        async (started, calls) => {
          const result = (await started.result()) as unknown as JournalResult;
          assert.deepEqual([result.outcome, result.rounds, result.batches], ['Done', 3, 7]);
          const round = ['sealJournals', ...WAY, 'takeReceipts'];
          assert.deepEqual(calls, [
            ...['journalDay', ...round, 'sealJournals', ...round],
            ...['sealJournals, close', ...WAY, 'takeReceipts', 'pruneBroker'],
          ]);
          assert.equal((await attributesOf(started)).get(PATH_ATTRIBUTES.state), 'Done');
        },
        { type },
      );
    });

    it('sends the other streams of a day where one stands still, and then ends with its reason', async () => {
      const failed = [{ stream: 'swaps', type: 'SealSourceChanged' as const, message: 'swaps.jsonl became shorter' }];
      await run(
        'journal-stands-still',
        { rounds: [{ isOver: true, failed }] },
        async (started, calls) => {
          const why = (error: unknown) =>
            error instanceof WorkflowFailedError &&
            error.cause instanceof ApplicationFailure &&
            error.cause.type === 'SealSourceChanged';
          await assert.rejects(started.result(), why);
          assert.equal(calls.at(-1), 'takeReceipts');
          assert.equal((await attributesOf(started)).get(PATH_ATTRIBUTES.state), 'Refused');
        },
        { type },
      );
    });

    it('continues as new before its history grows, and still counts every round', async () => {
      let rounds = 0;
      const before = (step: string) => {
        if (step === 'sealJournals') rounds++;
      };
      const quiet = Array.from({ length: 14 }, () => ({ batches: 0, nextInSeconds: 0.001 }));
      await run(
        'journal-long',
        { rounds: [...quiet, { batches: 0, isOver: true }, { batches: 1 }], before },
        async (started) => {
          const result = (await started.result()) as unknown as JournalResult;
          assert.deepEqual([result.rounds, result.batches, rounds], [15, 1, 15]);
          const { runId } = await server.env.client.workflow.getHandle(started.workflowId).describe();
          assert.notEqual(runId, started.firstExecutionRunId, 'it ends in another run');
        },
        { type },
      );
    });

    it('is started by the schedule’s run under the id of its trade date', async () => {
      await run(
        'journals',
        {},
        async (started) => {
          assert.deepEqual(await started.result(), { workflowId: 'journal/broker/2025-12-01', outcome: 'Done' });
        },
        { type: 'uploadJournals' },
      );
    });

    it('goes on in a new run with what it has counted', async () => {
      const carried = { broker: 'broker', tradeDate: '2025-12-01', rounds: 200, batches: 40, rows: 400 };
      await run(
        'journal-continued',
        { rounds: [{ isOver: true }, { batches: 1 }] },
        async (started, calls) => {
          const result = (await started.result()) as unknown as JournalResult;
          assert.deepEqual([result.rounds, result.batches, result.rows], [201, 42, 420]);
          assert.equal(calls[0], 'sealJournals');
        },
        { type, input: { carried } },
      );
    });
  });
});
