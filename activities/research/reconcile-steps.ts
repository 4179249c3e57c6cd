import { reconcileDay, reportFile } from '../../research/reconcile/reconcile-day.js';
import type { ReconcileReport } from '../../research/reconcile/report.js';
import { openStore } from '../../research/store/open-store.js';
import { homePlaces } from '../../shared/config/home-places.js';
import type { CapturedDay } from '../../shared/contract/capture-file.js';
import { CAPTURE_SOURCES, IB_SOURCE } from '../../shared/contract/capture-source.js';
import type { ReconciledDay } from '../../shared/orchestration/path/reconciled.js';
import { step } from '../step.js';
import type { ResearchDependencies } from './dependencies.js';

const FINDINGS_TOLD = 20;
const SENTENCE_MAX = 300;

/** Compares the bridge's capture of a day with another; report and page lie in `reconcile/` of the store. */
export function reconcileStep({ config }: Pick<ResearchDependencies, 'config'>) {
  const { research } = homePlaces(config.home);
  const { volumeMatchedMin, bestPricesMin, offsetMsMax } = config.sierra;
  return ({ source = 'sierra', instrument, tradeDate }: CapturedDay): Promise<ReconciledDay> =>
    step(async ({ progress, signal }) => {
      const report = await reconcileDay({
        ...{ store: await openStore(config), instrument, tradeDate, signal, out: research.reconcile },
        feeds: [CAPTURE_SOURCES[IB_SOURCE].feed, CAPTURE_SOURCES[source].feed],
        thresholds: { volumeMatchedMin, bestPricesMin, offsetMsMax },
        onProgress: (doing) => progress({ doing }),
      });
      const { verdict, volumeMatchedShare } = report;
      return {
        ...{ verdict, volumeMatchedPercent: volumeMatchedShare === null ? null : volumeMatchedShare * 100 },
        findings: report.findings.slice(0, FINDINGS_TOLD).map(({ sentence }) => sentence.slice(0, SENTENCE_MAX)),
        markdown: markdownOf(report, reportFile(research.reconcile, report, 'html')),
      };
    });
}

/** Paragraphs: the Web UI shows no lists in the details of a run. */
function markdownOf(report: ReconcileReport, page: string): string {
  const { first, second, clocks, books, findings, verdict, synthetic } = report;
  const percent = (share: number | null | undefined) => (share == null ? '-' : `${(share * 100).toFixed(3)} %`);
  const rows = [
    ['volume in both', percent(report.volumeMatchedShare)],
    ['trades in both', percent(report.tradesMatched?.share)],
    [`only ${first.name}`, `${first.onlyTrades} trades, ${first.onlyContracts} contracts`],
    [`only ${second.name}`, `${second.onlyTrades} trades, ${second.onlyContracts} contracts`],
    ['clock offset', clocks.offsetMs === null ? '-' : `${clocks.offsetMs.median.toFixed(0)} ms`],
    ['best prices the same', percent(books?.bestWithin?.share)],
  ];
  return [
    `### ${first.name} and ${second.name}: ${verdict}${synthetic ? ' (SYNTHETIC)' : ''}`,
    ['| | |', '|---|--:|', ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join('\n'),
    ...findings.slice(0, FINDINGS_TOLD).map(({ sentence }) => sentence.slice(0, SENTENCE_MAX)),
    `Report: \`${page}\``,
  ].join('\n\n');
}
