import { userInfo } from 'node:os';
import type { Command } from 'commander';
import type { FailureType } from '../../shared/failure-types.js';
import type { SearchInput, SearchResult } from '../../shared/orchestration/search/messages.js';
import { TASK_QUEUES } from '../../shared/orchestration/ship/task-queues.js';
import type { searchRecipe } from '../../workflows/index.js';
import { wholeNumber } from '../option-values.js';
import { runWorkflow, type WorkflowFlags } from '../run-workflow.js';

interface Flags extends WorkflowFlags {
  readonly head: string;
  readonly tries: number;
  readonly seed: number;
  readonly by: string;
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
  const input: SearchInput = { head: flags.head, tries: flags.tries, seed: flags.seed, requestedBy: flags.by };
  await runWorkflow<SearchResult>(flags, {
    ...{ kind: 'search', failure: 'SearchFailed' satisfies FailureType, text: textOf },
    start: (client, workflowId) =>
      client.workflow.start<typeof searchRecipe>('searchRecipe', {
        ...{ workflowId, taskQueue: TASK_QUEUES.workflows, args: [input] },
        staticSummary: `${flags.tries} recipes of ${flags.head}`,
        staticDetails: 'Successive halving on the folds of the gate. Every try is counted in the ledger of trials.',
      }),
  });
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
