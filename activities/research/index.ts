import { activityInfo, log } from '@temporalio/activity';
import { Lane } from '../../research/ship/lane.js';
import { liveRelease } from '../../research/ship/live-release.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { formal } from '../formal.js';
import { step } from '../step.js';
import { RESEARCH_ASKS } from './asks.js';
import type { BacktestActivities } from './backtest-contract.js';
import { createBacktestSteps } from './backtest-steps.js';
import type { ResearchActivities } from './contract.js';
import type { ResearchDependencies } from './dependencies.js';
import { createGateSteps } from './gate-steps.js';
import type { MonitorActivities } from './monitor-contract.js';
import { createMonitorSteps } from './monitor-steps.js';
import { createOfferSteps } from './offer-steps.js';
import type { ResearchPathActivities } from './path-contract.js';
import { createPathSteps } from './path-steps.js';
import { createPolicySteps } from './policy-steps.js';
import { createReleaseSteps } from './release-steps.js';
import { createRetrainSteps } from './retrain-steps.js';
import type { SearchActivities } from './search-contract.js';
import { createSearchSteps } from './search-steps.js';

export type { ResearchDependencies } from './dependencies.js';

/** The research tier's steps: each repeats into the same state, whatever killed it before. */
export function createResearchActivities(
  dependencies: ResearchDependencies,
): ResearchActivities & BacktestActivities & ResearchPathActivities & SearchActivities & MonitorActivities {
  const places = homePlaces(dependencies.config.home).research;
  const lane = new Lane(places.lane, dependencies.isOpen);
  return formal(RESEARCH_ASKS, {
    ...createRetrainSteps(dependencies),
    ...createGateSteps(dependencies),
    ...createOfferSteps(dependencies),
    ...createPolicySteps(dependencies),
    ...createReleaseSteps(dependencies),
    ...createBacktestSteps(dependencies),
    ...createSearchSteps(dependencies),
    ...createPathSteps(dependencies),
    ...createMonitorSteps(dependencies),

    takeLane: ({ shipId }) =>
      step(async (context) => {
        await lane.take({ shipId, ...askingRun() }, context);
        return { priorVersion: liveRelease(places.releases)?.modelVersion ?? null };
      }),
    leaveLane: ({ shipId }) => step(async () => lane.leave({ shipId, ...askingRun() })),
    remindHeld: ({ shipId, reasons, heldForMs }) =>
      step(async () => {
        log.warn('a held ship waits for a decision', { shipId, heldForHours: heldForMs / 3_600_000, reasons });
      }),
  });
}

/** By the server's word, which no input of a step can change. */
function askingRun(): { workflowId: string; runId: string } {
  const { workflowExecution } = activityInfo();
  if (!workflowExecution) throw new Error('the lane is for workflows only');
  return workflowExecution;
}
