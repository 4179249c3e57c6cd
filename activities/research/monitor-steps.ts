import { DayRecords } from '../../research/ingest/day-record.js';
import { receivedFrom } from '../../research/ingest/received-from.js';
import { journalIsClosed } from '../../research/ingest/received-lines.js';
import { monitorDay } from '../../research/monitor/monitor-day.js';
import { MonitorFolder } from '../../research/monitor/monitor-folder.js';
import { monitorPage } from '../../research/monitor/page/report-page.js';
import type { MonitorReport } from '../../research/monitor/report.js';
import { openStore } from '../../research/store/open-store.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { step } from '../step.js';
import type { ResearchDependencies } from './dependencies.js';
import type { MonitorActivities } from './monitor-contract.js';

/** A date that is older than this was not monitored for a reason: it is monitored where somebody names it. */
const BACKLOG_DATES = 30;
const FINDINGS_TOLD = 20;

export function createMonitorSteps({ config }: Pick<ResearchDependencies, 'config'>): MonitorActivities {
  const { research } = homePlaces(config.home);
  const reports = new MonitorFolder(research.monitor);
  return {
    monitorBacklog: () =>
      step(async () => {
        const from = receivedFrom(config);
        const complete = new DayRecords((await openStore(config)).root).ofBridge().filter(({ events }) => events > 0);
        const days = complete
          .slice(-BACKLOG_DATES)
          .filter(({ instrument, tradeDate }) => !reports.has(instrument, tradeDate))
          .filter(({ tradeDate }) => journalIsClosed(from, 'decisions', tradeDate));
        return { days: days.map(({ instrument, tradeDate }) => ({ instrument, tradeDate })) };
      }),

    monitorDay: (day) =>
      step(async ({ progress, signal }) => {
        const report = await monitorDay({
          ...{ ...day, store: await openStore(config), releasesFolder: research.releases, reports },
          ...{ from: receivedFrom(config), feeTicks: config.training.policy.feeTicks, nowMs: Date.now(), signal },
          onProgress: (doing) => progress({ doing }),
        });
        reports.write(report, monitorPage(report));
        const { parity, cleanDays, findings } = report;
        return {
          ...{ instrument: day.instrument, tradeDate: day.tradeDate, compared: parity.compared, cleanDays },
          different: parity.different + parity.onlyLive,
          findings: findings
            .slice(0, FINDINGS_TOLD)
            .map(({ alarm, sentence }) => `${alarm}: ${sentence}`.slice(0, 300)),
          markdown: markdownOf(report),
        };
      }),
  };
}

function markdownOf({ parity, execution: { live }, data, findings, cleanDays }: MonitorReport): string {
  const rows = [
    ['decisions compared with a replay', String(parity.compared)],
    ['not the same', String(parity.different + parity.onlyLive)],
    ['clean dates in a row', String(cleanDays)],
    ['net result, ticks', live.netTicks?.toFixed(1) ?? '-'],
    ['orders, contracts filled', `${live.orders}, ${live.filledContracts}`],
    ['events, gaps', `${data.events}, ${data.gaps}`],
  ];
  const said = findings.slice(0, FINDINGS_TOLD).map(({ alarm, sentence }) => `**${alarm}**: ${sentence.slice(0, 300)}`);
  return [
    ['| | |', '|---|--:|', ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join('\n'),
    ...(said.length > 0 ? said : ['Nothing to look at.']),
  ].join('\n\n');
}
