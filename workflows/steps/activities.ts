import { ActivityCancellationType, type ActivityOptions, proxyActivities } from '@temporalio/workflow';
import type { AlarmActivities } from '../../activities/alarms/contract.js';
import type { BrokerActivities } from '../../activities/broker/contract.js';
import type { BrokerPathActivities } from '../../activities/broker/path-contract.js';
import type { PublicActivities } from '../../activities/public/contract.js';
import type { ResearchActivities } from '../../activities/research/contract.js';
import type { FoldActivities } from '../../activities/research/fold-contract.js';
import type { MonitorActivities } from '../../activities/research/monitor-contract.js';
import type { ResearchPathActivities } from '../../activities/research/path-contract.js';
import { TASK_QUEUES } from '../../shared/orchestration/ship/task-queues.js';

/** A worker that was killed is noticed after this long without a heartbeat; every long step heartbeats each second. */
const heartbeatTimeout = '10s';

/** Steps that only read, or that repeat into the same state: retried until they succeed or say that retrying is useless. */
const repeatable: ActivityOptions = {
  startToCloseTimeout: '1h',
  heartbeatTimeout,
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s', maximumAttempts: 10 },
};

/**
 * Steps that cannot be undone: one attempt; a timeout means "outcome unknown" and is settled by asking for the state.
 * An abort waits for their end: what they did afterwards would be nobody's to clear away.
 */
const irreversible: ActivityOptions = {
  startToCloseTimeout: '5m',
  heartbeatTimeout,
  retry: { maximumAttempts: 1 },
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
};

/** The broker machine may be switched off overnight: its steps wait for it as long as it takes. */
const patient: ActivityOptions = {
  ...repeatable,
  retry: { ...repeatable.retry, maximumAttempts: Number.POSITIVE_INFINITY },
};

export const research = proxyActivities<ResearchActivities>({ ...repeatable, taskQueue: TASK_QUEUES.research });
/** Of whichever research host has time; a bucket that is away is waited for. */
export const folds = proxyActivities<FoldActivities>({ ...patient, taskQueue: TASK_QUEUES.folds });
export const researchPatient = proxyActivities<ResearchActivities>({
  ...patient,
  startToCloseTimeout: '30 days',
  taskQueue: TASK_QUEUES.research,
});
export const researchOnce = proxyActivities<ResearchActivities>({ ...irreversible, taskQueue: TASK_QUEUES.research });
export const broker = proxyActivities<BrokerActivities>({ ...patient, taskQueue: TASK_QUEUES.broker });
export const brokerOnce = proxyActivities<BrokerActivities>({ ...irreversible, taskQueue: TASK_QUEUES.broker });
/** The way back: a tier that is away is waited for, for days; what it refuses ends the run. */
export const brokerPath = proxyActivities<BrokerPathActivities>({
  ...patient,
  startToCloseTimeout: '2 days',
  taskQueue: TASK_QUEUES.broker,
});
export const researchPath = proxyActivities<ResearchPathActivities>({
  ...patient,
  startToCloseTimeout: '6h',
  taskQueue: TASK_QUEUES.research,
});
/** A day is looked at from what lies on research, and repeats into the same report. */
export const researchMonitor = proxyActivities<MonitorActivities>({
  ...repeatable,
  startToCloseTimeout: '6h',
  taskQueue: TASK_QUEUES.research,
});
/** A message that could not be told is tried until it can: that is what an alarm is for. */
export const people = proxyActivities<AlarmActivities>({
  taskQueue: TASK_QUEUES.alarms,
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: '10s',
  retry: { initialInterval: '2s', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

/** What could not be posted is posted by the next run. */
export const publicRecord = proxyActivities<PublicActivities>({
  ...repeatable,
  retry: { ...repeatable.retry, maximumAttempts: 3 },
  taskQueue: TASK_QUEUES.public,
});
/** Whether the lane is free now: who waits for it would only wait until his order has expired. */
export const researchAtOnce = proxyActivities<Pick<ResearchActivities, 'takeLane'>>({
  startToCloseTimeout: '10s',
  scheduleToCloseTimeout: '1m',
  heartbeatTimeout,
  retry: { maximumAttempts: 1 },
  taskQueue: TASK_QUEUES.research,
});
