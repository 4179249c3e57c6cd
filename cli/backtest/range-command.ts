import { userInfo } from 'node:os';
import path from 'node:path';
import type { Client } from '@temporalio/client';
import type { Command } from 'commander';
import type { BacktestResult } from '../../activities/research/backtest-contract.js';
import { UsageFailure } from '../../shared/failure.js';
import type { FailureType } from '../../shared/failure-types.js';
import { HANDWRITTEN_BYTES_MAX, readInputText } from '../../shared/node/disk/plain-file.js';
import type { BacktestInput } from '../../shared/orchestration/backtest/messages.js';
import { TASK_QUEUES } from '../../shared/orchestration/ship/task-queues.js';
import type { backtestRange } from '../../workflows/index.js';
import { isoDate } from '../option-values.js';
import { runWorkflow, type WorkflowFlags } from '../run-workflow.js';

interface Flags extends WorkflowFlags, Omit<BacktestInput, 'files' | 'bars' | 'settings'> {
  file: string[];
  bars: string[];
  settings?: string;
  by: string;
}

/** `believe backtest range`: the days side by side on the research workers, with the digest of days in sequence. */
export function registerRange(noun: Command): void {
  noun
    .command('range')
    .description('run the days side by side on the research workers of a stack; the digest is that of days in sequence')
    .option('--home <dir>', 'home folder of the stack (default: .believe)')
    .option('--config <file>', 'settings, where the stack runs elsewhere')
    .option('--instrument <name>', 'only files of this instrument')
    .option('--date-from <date>', 'first trade date', isoDate)
    .option('--date-to <date>', 'last trade date', isoDate)
    .option('--file <file...>', "depth files (default: the stack's input)", [])
    .option('--bars <file...>', '5-minute bars (CSV)', [])
    .option('--release <tarball>', 'heads of a release (default: the one that trades)')
    .option('--settings <file>', 'JSON: fill model, latencies, costs, hours (docs/backtest.md)')
    .option('--by <name>', 'who asks', userInfo().username)
    .option('--id <id>', 'workflow id (default: backtest/<time>)')
    .option('--detach', 'print the workflow id and return')
    .option('--json', 'one JSON object on stdout')
    .action(runRange);
}

async function runRange(flags: Flags): Promise<void> {
  const input = inputOf(flags);
  await runWorkflow<BacktestResult>(flags, {
    ...{ kind: 'backtest', failure: 'BacktestFailed' satisfies FailureType, text: resultText },
    start: (client, workflowId) => start(client, workflowId, input),
  });
}

async function start(client: Client, workflowId: string, input: BacktestInput) {
  return await client.workflow.start<typeof backtestRange>('backtestRange', {
    workflowId,
    taskQueue: TASK_QUEUES.workflows,
    args: [input],
    staticSummary: `backtest ${input.dateFrom ?? 'from the first'} to ${input.dateTo ?? 'the last day'}`,
    staticDetails:
      'Trades recorded days with the heads of a release, one activity a day, and reports on all of them together.',
  });
}

function inputOf({ file, bars, instrument, dateFrom, dateTo, release, settings, by }: Flags): BacktestInput {
  return {
    files: file.map((one) => path.resolve(one)),
    bars: bars.map((one) => path.resolve(one)),
    ...(instrument === undefined ? {} : { instrument }),
    ...(dateFrom === undefined ? {} : { dateFrom }),
    ...(dateTo === undefined ? {} : { dateTo }),
    release: release ? path.resolve(release) : null,
    settings: settings === undefined ? {} : settingsIn(settings),
    requestedBy: by,
  };
}

function settingsIn(file: string): Record<string, unknown> {
  try {
    return JSON.parse(readInputText(file, HANDWRITTEN_BYTES_MAX)) as Record<string, unknown>;
  } catch (error) {
    throw new UsageFailure(`cannot read ${file}: ${(error as Error).message}`, 'give a file with one JSON object');
  }
}

function resultText({
  instrument,
  synthetic,
  release,
  days,
  pnl,
  fees,
  trades,
  digest,
  report,
}: BacktestResult): string {
  return [
    `${instrument} with ${release}, ${days} trade dates${synthetic ? ', SYNTHETIC' : ''}`,
    `profit ${pnl.toFixed(2)} net of ${fees.toFixed(2)} fees, ${trades} executions`,
    `digest ${digest}`,
    `report ${report.uri}`,
  ].join('\n');
}
