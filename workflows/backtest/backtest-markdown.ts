import type { BacktestPlan, BacktestResult, DaySummary } from '../../activities/research/backtest-contract.js';

const DAYS_SHOWN = 40;

/** What the Web UI's User Metadata tab shows of a backtest: how far it is, and what came out. Markdown, a few kB. */
export function backtestMarkdown(
  { instrument, synthetic, release, tradeDates }: BacktestPlan,
  days: readonly DaySummary[],
  result: BacktestResult | null,
): string {
  const shown = [...days].sort((a, b) => (a.tradeDate < b.tradeDate ? -1 : 1)).slice(-DAYS_SHOWN);
  return [
    synthetic ? '> **SYNTHETIC data**: numbers below say nothing about a real market.' : '',
    `## ${instrument} with ${release}: ${days.length} of ${tradeDates.length} days`,
    result ? resultText(result) : '',
    ['| trade date | executions | profit, net | digest |', '|---|--:|--:|---|', ...shown.map(row)].join('\n'),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function resultText({ pnl, fees, trades, fillRate, maxDrawdown, digest, report }: BacktestResult): string {
  return [
    `Profit **${pnl.toFixed(2)}** net of ${fees.toFixed(2)} fees, largest drawdown ${maxDrawdown.toFixed(2)}, ${trades} executions, fill rate ${fillRate === null ? '-' : `${(100 * fillRate).toFixed(1)} %`}.`,
    `Digest \`${digest}\`. Report: \`${report.uri}\``,
  ].join('\n\n');
}

function row({ tradeDate, trades, pnl, digest }: DaySummary): string {
  return `| ${tradeDate} | ${trades} | ${pnl.toFixed(2)} | \`${digest.slice(0, 12)}\` |`;
}
