import { activityInfo, log } from '@temporalio/activity';
import { formal } from '../asked.js';
import { step } from '../step.js';
import { RESEARCH_ASKS } from './asks.js';
import type { BacktestActivities } from './backtest-contract.js';
import { createBacktestSteps } from './backtest-steps.js';
import type { ResearchActivities } from './contract.js';
import { type ResearchDependencies, researchPlaces } from './dependencies.js';
import { createGateSteps } from './gate-steps.js';
import { Lane } from './lane.js';
import { liveRelease } from './live-release.js';
import { createReleaseSteps } from './release-steps.js';
import { createRetrainSteps } from './retrain-steps.js';

export type { ResearchDependencies } from './dependencies.js';

/** The research tier's steps: each repeats into the same state, whatever killed it before. */
export function createResearchActivities(dependencies: ResearchDependencies): ResearchActivities & BacktestActivities {
  const places = researchPlaces(dependencies.config.home);
  const lane = new Lane(places.lane, dependencies.isOpen);
  return formal(RESEARCH_ASKS, {
    ...createRetrainSteps(dependencies),
    ...createGateSteps(dependencies),
    ...createReleaseSteps(dependencies),
    ...createBacktestSteps(dependencies),

    takeLane: ({ shipId }) =>
      step(async (context) => {
        const { workflowExecution } = activityInfo();
        if (!workflowExecution) throw new Error('the lane is taken by workflows only');
        await lane.take({ shipId, ...workflowExecution }, context);
        return { priorVersion: liveRelease(places.releases)?.modelVersion ?? null };
      }),
    leaveLane: ({ shipId }) => step(async () => lane.leave(shipId)),
    remindHeld: ({ shipId, reasons, heldForMs }) =>
      step(async () => {
        log.warn('a held ship waits for a decision', { shipId, heldForHours: heldForMs / 3_600_000, reasons });
      }),
  });
}
