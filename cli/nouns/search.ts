import { userInfo } from 'node:os';
import { WorkflowFailedError } from '@temporalio/client';
import type { Command } from 'commander';
import { Failure } from '../../shared/failure.js';
import { loadHomeConfig } from '../../shared/node/config/home-config.js';
import type { SearchInput, SearchResult } from '../../shared/orchestration/search/messages.js';
import { TASK_QUEUES } from '../../shared/orchestration/ship/task-queues.js';
import { connectClient } from '../../temporal/client.js';
import { serverAddress } from '../../temporal/server-address.js';
import type { searchRecipe } from '../../workflows/index.js';
import { wholeNumber } from '../option-values.js';
import { printResult, say } from '../output.js';
import { webUiLink } from '../ship/web-ui-link.js';

interface Flags {
  readonly home?: string;
  readonly config?: string;
  readonly head: string;
  readonly tries: number;
  readonly seed: number;
  readonly by: string;
  readonly id?: string;
  readonly detach?: boolean;
  readonly json?: boolean;
}

/** `believe search`: a bounded search for a better recipe. */
export function register(noun: Command): void {
  noun
    .command('run')
    .description(
      'draw recipes of one head, try them on the folds of the gate, and say which was best; nothing is released',
    )
    .option('--head <name>', 'head', 'XGB_5m')
    .option('--tries <n>', 'recipes that are drawn; each makes every later release prove more', wholeNumber(2), 16)
    .option('--seed <n>', 'of the draws', wholeNumber(0), 1)
    .option('--home <dir>', 'home folder of the stack (default: .believe)')
    .option('--config <file>', 'settings, where the stack runs elsewhere')
    .option('--by <name>', 'who asks', userInfo().username)
    .option('--id <id>', 'workflow id (default: search/<time>)')
    .option('--detach', 'print the workflow id and return')
    .option('--json', 'one JSON object on stdout')
    .action(run);
}

async function run(flags: Flags): Promise<void> {
  const config = loadHomeConfig({ home: flags.home, file: flags.config });
  const client = await connectClient(serverAddress(config));
  try {
    const workflowId = flags.id ?? `search/${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}`;
    const input: SearchInput = { head: flags.head, tries: flags.tries, seed: flags.seed, requestedBy: flags.by };
    const handle = await client.workflow.start<typeof searchRecipe>('searchRecipe', {
      ...{ workflowId, taskQueue: TASK_QUEUES.workflows, args: [input] },
      staticSummary: `${flags.tries} recipes of ${flags.head}`,
      staticDetails: 'Successive halving on the folds of the gate. Every try is counted in the ledger of trials.',
    });
    const webUi = webUiLink(config, workflowId);
    if (flags.detach) {
      printResult(flags.json === true, { workflowId, webUi }, `${workflowId} started: ${webUi}`);
      return;
    }
    say(`${workflowId}: ${webUi}`);
    const result = await handle.result().catch((error: unknown) => {
      throw error instanceof WorkflowFailedError ? failureOf(error) : error;
    });
    printResult(flags.json === true, { workflowId, ...result }, textOf(result));
  } finally {
    await client.connection.close();
  }
}

/** The innermost cause says what is wrong. */
function failureOf(error: Error): Failure {
  let cause: Error = error;
  while (cause.cause instanceof Error) cause = cause.cause;
  return new Failure('SearchFailed', cause.message, 'see its page in the Web UI');
}

function textOf({ head, synthetic, tried, best, base, gain, pbo, trialsCounted }: SearchResult): string {
  const interval = gain ? `, 90 %: ${gain.low.toFixed(4)} to ${gain.high.toFixed(4)} less` : '';
  const found =
    best.trial === 0
      ? [`no recipe was better than the one in use (log loss ${base.logLoss.toFixed(4)})`]
      : [
          `recipe ${best.trial}: log loss ${best.logLoss.toFixed(4)}, the one in use ${base.logLoss.toFixed(4)}${interval}`,
          `  to ship it: training.recipes.base.${head} = ${JSON.stringify(best.recipe)}`,
        ];
  const counted = `${head}: ${tried} recipes tried${synthetic ? ', SYNTHETIC' : ''}; the ledger counts ${trialsCounted} trials`;
  const overfit = pbo
    ? [`probability of overfitting ${(100 * pbo.probability).toFixed(0)} %, over ${pbo.configurations} recipes`]
    : [];
  return [counted, ...found, ...overfit].join('\n');
}
