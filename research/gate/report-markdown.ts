import type { ArmMetrics, GateReport, HeadEvidence, PortfolioArm } from './report.js';
import { nats, percent, probability, ticks } from './wording.js';

const LIMIT_BYTES = 8192;

/** Candidate against prior as markdown tables, and the reasons; at most 8 kB, for a workflow's live details. */
export function gateMarkdown(report: GateReport): string {
  const { outcome, reasons } = report.verdict;
  const { evidence } = report;
  const against = evidence.priorRelease ? `against ${evidence.priorRelease}` : 'first release';
  const parts = [
    `**Gate: ${outcome === 'inconclusive' ? 'hold, inconclusive' : outcome}** (${against}${evidence.synthetic ? '; SYNTHETIC market data' : ''})`,
    reasons.map(({ sentence }) => `- ${sentence}`).join('\n'),
    evidence.heads.length > 0 ? headTable(evidence.heads) : '',
    evidence.portfolio ? portfolioTable(evidence.portfolio.candidate, evidence.portfolio.prior) : '',
    closingLine(report),
  ];
  return cutTo(parts.filter((part) => part !== '').join('\n\n'), LIMIT_BYTES);
}

function headTable(heads: readonly HeadEvidence[]): string {
  const rows = heads.map(({ head, pooled, folds, comparison }) => {
    if (!pooled) return `| ${head} | none | | | | | |`;
    const { candidate, prior } = pooled;
    const cell = (of: (arm: ArmMetrics) => string) => (prior ? `${of(candidate)} / ${of(prior)}` : of(candidate));
    const worse = comparison ? probability(comparison.dieboldMariano.pWorse) : '';
    return `| ${head} | ${folds.length} | ${cell((arm) => nats(arm.logLoss))} | ${nats(pooled.classPriorLogLoss)} | ${cell((arm) => percent(arm.hitRate))} | ${cell((arm) => arm.calibrationError.toFixed(3))} | ${worse} |`;
  });
  return [
    '| head (candidate / prior) | folds | log loss | class shares | hit rate | calibration error | p that it is worse |',
    '|---|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

function portfolioTable(candidate: PortfolioArm, prior: PortfolioArm | null): string {
  const row = (name: string, of: (arm: PortfolioArm) => string) =>
    `| ${name} | ${of(candidate)} | ${prior ? of(prior) : ''} |`;
  return [
    '| all heads, out of sample | candidate | prior |',
    '|---|---|---|',
    row(
      'net ticks',
      ({ netTicks, netTicksInterval: interval }) =>
        `${ticks(netTicks)}${interval ? ` (90 %: ${ticks(interval.low)} to ${ticks(interval.high)})` : ''}`,
    ),
    row('gross ticks, costs', (arm) => `${ticks(arm.grossTicks)}, ${ticks(arm.costTicks)}`),
    row('trades a day', (arm) => arm.tradesPerDay.toFixed(1)),
    row('Sharpe ratio a day', (arm) => arm.sharpePerDay.toFixed(3)),
    row('deflated Sharpe ratio', (arm) => percent(arm.deflatedSharpe)),
    row('largest drawdown, ticks', (arm) => ticks(arm.maxDrawdownTicks)),
  ].join('\n');
}

function closingLine({ evidence }: GateReport): string {
  const { portfolio, trials } = evidence;
  const tried = `${trials.count} trial${trials.count === 1 ? '' : 's'} counted`;
  const pbo = portfolio?.pbo ? `, probability of overfitting ${percent(portfolio.pbo.probability)}` : '';
  return `${portfolio?.tradeDates ?? 0} tested trade dates, ${tried}${pbo}.`;
}

function cutTo(text: string, limitBytes: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= limitBytes) return text;
  const note = '\n\n(shortened; the report has it all)';
  const kept = bytes.subarray(0, limitBytes - Buffer.byteLength(note)).toString('utf8');
  // A character that the cut split becomes U+FFFD; whole lines lose it.
  return kept.slice(0, kept.lastIndexOf('\n')) + note;
}
