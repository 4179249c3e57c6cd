import { userInfo } from 'node:os';
import type { Client } from '@temporalio/client';
import type { Command } from 'commander';
import { loadHomeConfig } from '../../shared/node/config/home-config.js';
import type { CaptureResult } from '../../shared/orchestration/path/messages.js';
import { connectClient } from '../../temporal/client.js';
import { serverAddress } from '../../temporal/server-address.js';
import { type CaptureRow, recentDays } from '../capture/recent-days.js';
import { startCapture } from '../capture/start-capture.js';
import { isoDate, wholeNumber } from '../option-values.js';
import { printResult, say } from '../output.js';
import { webUiLink } from '../ship/web-ui-link.js';

interface HomeOptions {
  home?: string;
  config?: string;
  json?: true;
}

interface RunOptions extends HomeOptions {
  date?: string;
  instrument?: string;
  by: string;
  detach?: true;
}

/** `believe capture`: captured days on their way from the broker into the store. */
export function register(noun: Command): void {
  const verb = (name: string, description: string) =>
    noun
      .command(name)
      .description(description)
      .option('--home <dir>', 'home folder of the stack (default: .believe)')
      .option('--config <file>', 'settings, where the stack runs elsewhere')
      .option('--json', 'print one JSON object')
      .exitOverride();

  verb('run', 'bring one captured trade date into the store; one that is there already changes nothing')
    .option('--date <date>', 'trade date (default: the newest that has ended)', isoDate)
    .option('--instrument <contract>', "contract (default: the broker's)")
    .option('--by <name>', 'who asks', userInfo().username)
    .option('--detach', 'do not wait for the end')
    .action((options: RunOptions) =>
      withClient(options, async (client, link) => {
        const { date, instrument, by } = options;
        const run = await startCapture(client, { instrument, tradeDate: date, requestedBy: by });
        const started = { workflowId: run.workflowId, webUi: link(run.workflowId) };
        if (options.detach) {
          printResult(options.json === true, started, `started ${started.workflowId}: ${started.webUi}`);
          return;
        }
        say(`${started.workflowId}: ${started.webUi}`);
        const result = await run.result();
        printResult(options.json === true, { ...result, ...started }, textOf(result));
      }),
    );

  verb('ls', 'days and journals on their way, and how the last ones ended')
    .option('--last <count>', 'how many', wholeNumber(1, 1000), 20)
    .action((options: HomeOptions & { last: number }) =>
      withClient(options, async (client) => {
        const days = await recentDays(client, options.last);
        printResult(options.json === true, { days }, days.length > 0 ? days.map(rowText).join('\n') : 'none yet');
      }),
    );
}

async function withClient(
  options: HomeOptions,
  act: (client: Client, link: (workflowId: string) => string) => Promise<void>,
): Promise<void> {
  const config = loadHomeConfig({ home: options.home, file: options.config });
  const client = await connectClient(serverAddress(config));
  try {
    await act(client, (workflowId) => webUiLink(config, workflowId));
  } finally {
    await client.connection.close();
  }
}

export function textOf({ outcome, instrument, tradeDate, events, batches, lagSeconds }: CaptureResult): string {
  if (outcome === 'Empty') return `${instrument} ${tradeDate}: nothing was captured`;
  const lag = lagSeconds === null ? '' : `, received ${lagSeconds.toFixed(1)} s after sealing`;
  return `${instrument} ${tradeDate}: ${events} events in ${batches} batches are in the store${lag}`;
}

function rowText({ workflowId, tradeDate, state, status, lagSeconds, startTime }: CaptureRow): string {
  const lag = lagSeconds === null ? '' : `lag ${lagSeconds.toFixed(1)} s`;
  return [tradeDate ?? '-', (state ?? status).padEnd(13), lag.padEnd(12), startTime, workflowId].join('  ');
}
