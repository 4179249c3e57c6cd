import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { homePlaces } from '../../shared/config/home-places.js';
import { contractInUse } from '../../shared/node/contract/rolls-file.js';
import { captureText, daysText } from '../capture/capture-text.js';
import { type CaptureRow, recentDays } from '../capture/recent-days.js';
import { registerReconcile } from '../capture/reconcile-command.js';
import { startCapture, startCaptures } from '../capture/start-capture.js';
import { type HomeOptions, homeVerbs } from '../home-verb.js';
import { isoDate, wholeNumber } from '../option-values.js';
import { printResult, say } from '../output.js';
import { webUiLink } from '../ship/web-ui-link.js';
import { withClient } from '../with-client.js';

interface RunOptions extends HomeOptions {
  date?: string;
  instrument?: string;
  by: string;
  detach?: true;
}

/** `believe capture`: captured days on their way from the broker into the store, and whether two captures of a day agree. */
export function register(noun: Command): void {
  const verb = homeVerbs(noun);

  verb('run', 'bring captured trade dates into the store; one that is there already changes nothing')
    .option('--date <date>', 'trade date (default: all that have ended and are missing, oldest first)', isoDate)
    .option('--instrument <contract>', "contract (default: the home's; without --date: every one)")
    .option('--by <name>', 'who asks', userInfo().username)
    .option('--detach', 'do not wait for the end')
    .action((options: RunOptions) =>
      withClient(options, async (client, config) => {
        const { date, by, detach, json } = options;
        const instrument =
          options.instrument ??
          (date ? contractInUse(homePlaces(config.home).broker.rolls, config.instrument) : undefined);
        const run =
          date && instrument
            ? await startCapture(client, { instrument, tradeDate: date, requestedBy: by })
            : await startCaptures(client, { instrument, requestedBy: by });
        const started = { workflowId: run.workflowId, webUi: webUiLink(config, run.workflowId) };
        say(`${started.workflowId}: ${started.webUi}`);
        if (detach) return printResult(json === true, started, 'started');
        const result = await run.result();
        printResult(
          json === true,
          { ...result, ...started },
          'days' in result ? daysText(result) : captureText(result),
        );
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

  registerReconcile(noun);
}

function rowText({ workflowId, tradeDate, state, status, lagSeconds, startTime }: CaptureRow): string {
  const lag = lagSeconds === null ? '' : `lag ${lagSeconds.toFixed(1)} s`;
  return [tradeDate ?? '-', (state ?? status).padEnd(13), lag.padEnd(12), startTime, workflowId].join('  ');
}
