import type { FoldSummary, GatePlan, GateVerdict } from '../../activities/research/contract.js';
import type { HeadName } from '../../shared/model/heads/head.js';
import { folds, research, researchPatient } from '../steps/activities.js';
import { isRefusedFold } from '../steps/refusal.js';
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
    plan.folds.map(({ head, fold, isOffered }) => {
      const samples = candidate.samples.find((one) => one.head === head);
      if (!samples) throw new Error(`the gate's plan names ${head}, which has no samples`);
      const scoreHere = () =>
        research.scoreFold.executeWithOptions({ summary: `${head}, fold ${fold + 1}` }, [
          { shipId, plan, samples, fold },
        ]);
      return isOffered ? scoreAnywhere(log, plan, head, fold, scoreHere) : scoreHere();
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

/** By whichever research host is free. What one hands in that cannot be used is said, and scored by the host of the ship itself. */
async function scoreAnywhere(
  log: ShipLog,
  plan: GatePlan,
  head: HeadName,
  fold: number,
  scoreHere: () => Promise<FoldSummary>,
): Promise<FoldSummary> {
  const { shipId } = log;
  const { offer } = plan;
  if (!offer) throw new Error("the gate's plan offers folds, and no offer");
  const summary = `${head}, fold ${fold + 1}, by any research host`;
  const made = await folds.fitFold.executeWithOptions({ summary }, [{ shipId, offer, head, fold }]);
  try {
    const taking = { summary: `take ${head}, fold ${fold + 1}` };
    return await researchPatient.takeFold.executeWithOptions(taking, [{ shipId, plan, head, fold, made }]);
  } catch (failure) {
    if (!isRefusedFold(failure)) throw failure;
    log.remark(log.sentenceOf(failure));
    return await scoreHere();
  }
}
