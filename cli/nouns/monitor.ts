import { writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { MonitorFolder } from '../../research/monitor/monitor-folder.js';
import { trendPage } from '../../research/monitor/page/trend-page.js';
import type { MonitorReport } from '../../research/monitor/report.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { Failure } from '../../shared/failure.js';
import type { FailureType } from '../../shared/failure-types.js';
import { contractInUse } from '../../shared/node/contract/rolls-file.js';
import type { MonitorResult } from '../../shared/orchestration/monitor/messages.js';
import { monitorId } from '../../shared/orchestration/monitor/messages.js';
import { TASK_QUEUES } from '../../shared/orchestration/ship/task-queues.js';
import type { monitorDay } from '../../workflows/index.js';
import { configOf, type HomeOptions, homeVerbs } from '../home-verb.js';
import { registerDrift } from '../monitor/drift-command.js';
import { registerPrometheus } from '../monitor/prometheus-command.js';
import { registerServe } from '../monitor/serve-command.js';
import { isoDate, wholeNumber } from '../option-values.js';
import { printResult } from '../output.js';
import { runWorkflow } from '../run-workflow.js';

interface DayOptions extends HomeOptions {
  instrument?: string;
  date?: string;
  by: string;
  detach?: boolean;
}

/** `believe monitor`: what changed in the market, the model and the machinery. */
export function register(noun: Command): void {
  const verb = homeVerbs(noun);

  verb('day', 'the report of a captured trade date; exit code 1 where there is something to look at')
    .option('--instrument <contract>', "contract (default: the home's)")
    .option('--date <date>', 'trade date (default: the newest that was monitored)', isoDate)
    .action((options: DayOptions) => {
      const { reports, instrument } = placeOf(options);
      const date = options.date ?? reports.dates(instrument).at(-1);
      const report = date === undefined ? null : reports.read(instrument, date);
      if (!report || date === undefined) throw notMonitored(instrument, options.date);
      printResult(options.json === true, report, reportText(report, reports.file(instrument, date, 'html')));
      if (report.findings.length > 0) process.exitCode = 1;
    });

  verb('trend', 'monitored trade dates, one line each')
    .option('--instrument <contract>', "contract (default: the home's)")
    .option('--last <count>', 'how many', wholeNumber(1, 1000), 20)
    .option('--html <file>', 'write the page with plots')
    .action((options: HomeOptions & { instrument?: string; last: number; html?: string }) => {
      const { reports, instrument } = placeOf(options);
      const days = reports.before(instrument, '9999-12-31', options.last);
      if (days.length === 0) throw notMonitored(instrument, undefined);
      if (options.html !== undefined) writeFileSync(options.html, trendPage(instrument, days));
      printResult(options.json === true, { instrument, days: days.map(trendRow) }, trendText(days));
    });

  verb('run', 'look at a captured trade date now, whether or not somebody has before')
    .option('--instrument <contract>', "contract (default: the home's)")
    .requiredOption('--date <date>', 'trade date', isoDate)
    .option('--by <name>', 'who asks', userInfo().username)
    .option('--detach', 'do not wait for the end')
    .action(async (options: DayOptions & { date: string }) => {
      const { instrument } = placeOf(options);
      const day = { instrument, tradeDate: options.date };
      await runWorkflow(
        { ...options, id: monitorId(day) },
        {
          kind: 'monitor',
          failure: 'MonitorFailed' satisfies FailureType,
          text: resultText,
          start: (client, workflowId) =>
            client.workflow.start<typeof monitorDay>('monitorDay', {
              workflowId,
              taskQueue: TASK_QUEUES.workflows,
              args: [{ ...day, requestedBy: options.by }],
              staticSummary: `${instrument} of ${options.date}`,
            }),
        },
      );
    });

  registerServe(noun);
  registerPrometheus(noun);
  registerDrift(noun);
}

function placeOf(options: HomeOptions & { instrument?: string }): { reports: MonitorFolder; instrument: string } {
  const config = configOf(options);
  const reports = new MonitorFolder(homePlaces(config.home).research.monitor);
  return {
    reports,
    instrument: options.instrument ?? contractInUse(homePlaces(config.home).broker.rolls, config.instrument),
  };
}

function notMonitored(instrument: string, date: string | undefined): Failure {
  return new Failure(
    'NotMonitored',
    `${date === undefined ? 'no trade date' : date} of ${instrument} was monitored`,
    date === undefined
      ? 'wait for the first day to be complete: believe capture ls'
      : `believe monitor run --instrument ${instrument} --date ${date}`,
  );
}

function resultText({ outcome, compared, different, cleanDays, findings }: MonitorResult): string {
  if (outcome === 'Nothing') return 'every complete trade date was monitored';
  const head = `${compared} decisions compared with a replay, ${different} not the same; ${cleanDays} clean dates in a row`;
  return [head, ...(findings.length > 0 ? findings : ['nothing to look at'])].join('\n');
}

function reportText(report: MonitorReport, page: string): string {
  const { parity, execution, drift, data, cleanDays, findings, modelVersion } = report;
  const { live, promised } = execution;
  return [
    `${report.synthetic ? 'SYNTHETIC ' : ''}${report.instrument}, ${report.tradeDate}, ${modelVersion === null ? 'no release' : `release v${modelVersion}`}`,
    `live = replay   ${parity.compared} decisions, ${parity.different + parity.onlyLive} not the same; ${cleanDays} clean dates in a row`,
    `net result      ${live.netTicks?.toFixed(1) ?? '-'} ticks${promised ? `; the gate promised ${promised.netTicks.toFixed(1)} a date` : ''}`,
    `execution       ${live.orders} orders, ${live.filledContracts} of ${live.orderedContracts} contracts filled, ${live.rejected} rejected`,
    `features        ${drift.features.length} compared, ${drift.changed.length} changed`,
    `captured        ${data.events} events, ${data.gaps} gaps`,
    ...findings.map(({ alarm, sentence, look }) => `${alarm}: ${sentence}\n  -> ${look}`),
    ...(findings.length === 0 ? ['nothing to look at'] : []),
    `page            ${page}`,
  ].join('\n');
}

function trendRow({ tradeDate, modelVersion, parity, execution, data, cleanDays, findings }: MonitorReport) {
  return {
    ...{ tradeDate, modelVersion, compared: parity.compared, different: parity.different + parity.onlyLive, cleanDays },
    ...{ netTicks: execution.live.netTicks, fillRate: execution.live.fillRate, events: data.events },
    findings: findings.map(({ alarm }) => alarm),
  };
}

function trendText(days: readonly MonitorReport[]): string {
  const cells = (values: readonly (string | number)[]) => values.map((value) => String(value).padStart(11)).join('');
  return [
    cells(['date', 'release', 'decisions', 'different', 'net ticks', 'events', 'to look at']),
    ...days
      .map(trendRow)
      .map(({ tradeDate, modelVersion, compared, different, netTicks, events, findings }) =>
        cells([
          tradeDate,
          modelVersion ?? '-',
          compared,
          different,
          netTicks?.toFixed(1) ?? '-',
          events,
          findings.length,
        ]),
      ),
  ].join('\n');
}
