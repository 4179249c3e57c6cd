import type { NextOpen } from '../../activities/broker/contract.js';
import type { GateVerdict, ShipPlan, SignedRelease, TrainedHeadSummary } from '../../activities/research/contract.js';
import type { SwapRecord } from '../../shared/contract/swap-record.js';
import type { Decision } from '../../shared/orchestration/ship/messages.js';
import type { ShipStage } from '../../shared/orchestration/ship/stage.js';

/** What is told of a ship. */
interface Shown {
  readonly stage: ShipStage;
  readonly stages: readonly { stage: string; seconds: number }[];
  readonly remarks: readonly string[];
  readonly plan: ShipPlan | null;
  readonly heads: readonly TrainedHeadSummary[];
  readonly verdict: GateVerdict | null;
  readonly decision: Decision | null;
  readonly release: SignedRelease | null;
  readonly nextOpen: NextOpen | null;
  readonly swap: SwapRecord | null;
}

/** What the Web UI's User Metadata tab shows: where the ship is, why, and what it carries. Markdown, a few kB. */
export function shipMarkdown(ship: Shown): string {
  return [
    ship.plan?.synthetic ? '> **SYNTHETIC data**: numbers below say nothing about a real market.' : '',
    `## ${ship.stage}${ship.release ? ` · v${ship.release.modelVersion}` : ''}${ship.plan ? ` · ${ship.plan.instrument}` : ''}`,
    ...ship.remarks,
    gateSection(ship),
    ship.nextOpen ? `Next RTH open (market time): **${ship.nextOpen.rthOpen}**` : '',
    ship.swap ? `Swapped at market time **${ship.swap.marketTime}**, after event ${ship.swap.afterEventSeq}.` : '',
    headsTable(ship),
    timesTable(ship),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** The gate's table and reasons, and on a hold what was decided or how to decide. */
function gateSection({ verdict, decision }: Shown): string {
  if (!verdict) return '';
  const answer = decision
    ? `**${decision.verdict === 'approve' ? 'Approved' : 'Rejected'} by ${decision.by}**: ${decision.reason}`
    : 'Decide with `believe ship approve|reject --reason TEXT`. Or here: the update (or signal) `decide` takes what `believe ship approve --print` prints, and unsigned rejections.';
  const card = `Model card: \`${verdict.card.html.uri}\``;
  return [...(verdict.verdict === 'hold' ? [answer] : []), verdict.markdown, card].join('\n\n');
}

function headsTable({ heads }: Shown): string {
  if (heads.length === 0) return '';
  const rows = heads.map(
    (one) => `| ${one.head} | ${one.rows} | ${one.rounds} | ${one.trainLogLoss.toFixed(4)} | ${one.parityRows} |`,
  );
  return `### Heads\n\n| head | rows | rounds | log loss (train) | rows on which ONNX = XGBoost |\n|---|---|---|---|---|\n${rows.join('\n')}`;
}

function timesTable({ stages }: Shown): string {
  if (stages.length === 0) return '';
  return `### Times\n\n| stage | seconds |\n|---|---|\n${stages.map((one) => `| ${one.stage} | ${one.seconds.toFixed(1)} |`).join('\n')}`;
}
