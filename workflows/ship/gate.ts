import type { GateVerdict } from '../../activities/research/contract.js';
import { research } from '../steps/activities.js';
import type { Candidate } from './retrain.js';
import type { ShipLog } from './ship-log.js';

/**
 * Purged walk-forward and the files on kept dates, one activity for each head and fold; then each date as it would be traded; then
 * the verdict.
 */
export async function gate(log: ShipLog, candidate: Candidate): Promise<GateVerdict> {
  const { shipId } = log;
  log.enter('Gating');
  const plan = await research.planGate.executeWithOptions({ summary: 'folds, purged and embargoed' }, [
    { shipId, samples: candidate.samples },
  ]);
  const scores = await Promise.all(
    plan.folds.map(({ head, fold }) => {
      const samples = candidate.samples.find((one) => one.head === head);
      if (!samples) throw new Error(`the gate's plan names ${head}, which has no samples`);
      return research.scoreFold.executeWithOptions({ summary: `${head}, fold ${fold + 1}` }, [
        { shipId, plan, samples, fold },
      ]);
    }),
  );
  await Promise.all(
    (plan.days ?? []).map((tradeDate) =>
      research.scoreDay.executeWithOptions({ summary: `trade ${tradeDate} as it would be traded` }, [
        { shipId, plan, tradeDate },
      ]),
    ),
  );
  const verdict = await research.judgeGate.executeWithOptions({ summary: `verdict over ${scores.length} scores` }, [
    { shipId, plan, scores },
  ]);
  log.gated(verdict, candidate.manifest.sha256);
  return verdict;
}
