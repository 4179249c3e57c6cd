import type {
  CandidateSummary,
  PinnedTrainingSet,
  SamplesSummary,
  ShipPlan,
  TrainedHeadSummary,
} from '../../activities/research/contract.js';
import { research } from '../steps/activities.js';
import type { ShipLog } from './ship-log.js';

export interface Candidate extends CandidateSummary {
  readonly trainingSet: PinnedTrainingSet;
  readonly samples: readonly SamplesSummary[];
  readonly heads: readonly TrainedHeadSummary[];
}

/** Pins the training set, labels it once, trains every head, and puts the candidate's files together. */
export async function retrain(log: ShipLog, plan: ShipPlan): Promise<Candidate> {
  const { shipId } = log;
  const trainingSet = await research.pinTrainingSet.executeWithOptions({ summary: `pin ${plan.instrument}'s shards` }, [
    { shipId },
  ]);
  const samples = await research.buildSamples.executeWithOptions(
    { summary: `features and labels from ${trainingSet.shards} shards` },
    [{ shipId, trainingSet }],
  );
  const heads = await Promise.all(
    samples.map((one) =>
      research.trainHead.executeWithOptions({ summary: `train ${one.head} on ${one.rows} rows` }, [
        { shipId, samples: one },
      ]),
    ),
  );
  log.trained(heads);
  const candidate = await research.assembleCandidate.executeWithOptions({ summary: 'candidate, golden rows, card' }, [
    { shipId, heads },
  ]);
  return { ...candidate, trainingSet, samples, heads };
}
