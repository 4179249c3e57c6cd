import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { bundleWorkflows } from '../../temporal/workflow-bundle.js';
import { HISTORIES } from './scripted-server.js';

/** A recording of each is needed: without one, a change that strands such runs would pass unseen. */
const ENDINGS = [
  'live',
  'live-traded',
  'live-folds-shared',
  'held-approved',
  'held-approved-by-signal',
  'held-approved-signed',
  'held-approved-signed-by-signal',
  'held-foreign-signature',
  'aborted-revoked',
  'refused-revoked',
  'rejected',
  'hold-timed-out',
  'refused',
  'refused-by-bridge',
  'rolled-back',
  'halted',
  'aborted',
  'aborted-while-held',
  'aborted-while-arming',
  'aborted-too-late',
  'gated-again',
  'signing-settled',
  'failed',
  'rollback-ordered',
  'rollback-ordered-refused',
  'backtest-range',
  'backtest-range-killed',
  'backtest-range-refused',
  'search-done',
  'search-nothing-better',
  'capture-done',
  'capture-empty',
  'capture-sent-again',
  'capture-refused',
  'capture-outage',
  'capture-aborted',
  'capture-reconciled',
  'capture-second-alone',
  'capture-second-fails',
  'capture-days',
  'capture-days-refused',
  'journal-done',
  'journal-stands-still',
  'journal-continued',
  'journal-long',
  'journals',
  'monitor-clean',
  'monitor-findings',
  'monitor-nothing',
  'monitor-days',
  'publish-done',
  'clicks-reviewed',
  'clicks-reviewed-by-signal',
  'alarm-acknowledged',
  'alarm-refused-answers',
  'alarm-flapped',
  'alarm-silenced',
  'alarm-long',
  // Recorded with BELIEVE_RECORD=traced.
  'traced-rejected',
  'traced-held-approved-signed',
];

interface Span {
  readonly name: string;
  readonly parentSpanId?: string;
  readonly spanContext: { readonly traceId: string; readonly spanId: string };
  readonly status: { readonly code: number };
  readonly attributes: Readonly<Record<string, unknown>>;
}

describe('recorded histories', () => {
  const recorded = readdirSync(HISTORIES).filter((file) => file.endsWith('.json'));

  it('hold every ending of a ship, of a backtest, of a search, of what comes back, of monitored days and of alarms', () => {
    const missing = ENDINGS.filter((ending) => !recorded.includes(`${ending}.json`));
    assert.deepEqual(missing, [], 'record with BELIEVE_RECORD=1 npm test -- workflows');
  });

  before(() => Runtime.install({ logger: new DefaultLogger('ERROR') }));

  it('replay under the workflow code of today, those that were traced too', () => replayAll({ traces: false }));

  it('replay as well where traces are sent, from which a run that is open must not notice anything, and send no span again', () =>
    replayAll({ traces: true }));

  it('make the same spans each time, by the ids of the run, and say what it came to', async () => {
    const first = await spansOf('refused');
    assert.deepEqual(await spansOf('refused'), first);
    const endOf = (spans: readonly Span[]) => spans.at(-1)!;
    const { name, status, attributes } = endOf(first);
    assert.deepEqual([name, status.code, attributes['error.type']], ['RunWorkflow:shipModel', 2, 'ReleaseRefused']);
    const live = endOf(await spansOf('live'));
    assert.deepEqual([live.status.code, live.attributes['believe.outcome']], [1, 'Live']);
    const approved = await spansOf('traced-held-approved-signed');
    const told = approved.find((span) => span.name === 'HandleUpdate:decide')!;
    assert.equal(told.parentSpanId, endOf(approved).spanContext.spanId, 'what it is told is in its trace');
  });

  /** Of a recorded run, had its replay been its first time. */
  async function spansOf(ending: string): Promise<Span[]> {
    const { codePath } = await bundleWorkflows({ traces: true });
    const spans: Span[] = [];
    const exporter = {
      export: {
        callDuringReplay: true,
        fn: (_run: unknown, made: Span[]) => void spans.push(...structuredClone(made)),
      },
    };
    const options = { workflowBundle: { codePath }, sinks: { exporter } };
    const recording = JSON.parse(readFileSync(path.join(HISTORIES, `${ending}.json`), 'utf8'));
    await Worker.runReplayHistory(options, historyFromJSON(recording), ending);
    return spans;
  }

  async function replayAll({ traces }: { traces: boolean }): Promise<void> {
    const { codePath } = await bundleWorkflows({ traces });
    const histories = recorded.map((file) => ({
      workflowId: file,
      history: historyFromJSON(JSON.parse(readFileSync(path.join(HISTORIES, file), 'utf8'))),
    }));
    let replayed = 0;
    const sent: string[] = [];
    const exporter = {
      export: { fn: (_run: unknown, spans: Span[]) => void sent.push(...spans.map(({ name }) => name)) },
    };
    const options = { workflowBundle: { codePath }, sinks: { exporter } };
    for await (const { workflowId, error } of Worker.runReplayHistories(options, histories)) {
      assert.equal(error, undefined, `${workflowId}: ${error?.message}`);
      replayed++;
    }
    assert.equal(replayed, recorded.length);
    assert.ok(replayed >= ENDINGS.length);
    assert.deepEqual(sent, []);
  }
});
