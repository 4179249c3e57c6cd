import { defaultPayloadConverter } from '@temporalio/common';
import type { temporal } from '@temporalio/proto';
import { SHIP_ATTRIBUTES } from '../shared/orchestration/ship/search-attributes.js';

/** Where the time of one stage went, in seconds. */
export interface StageShare {
  readonly stage: string;
  readonly seconds: number;
  /** At least one step was running: what a bare script would have to do as well. */
  readonly working: number;
  /** Waiting on purpose: for the open, for the swap, observing. */
  readonly waiting: number;
  /** The rest: queues, task dispatch, workflow code, history. */
  readonly orchestration: number;
}

interface Interval {
  readonly from: number;
  readonly to: number;
}

/** Steps whose work is to wait. */
const WAITS = new Set(['awaitSwap', 'observeRelease', 'takeLane']);

/** Splits the time of a finished ship by its history. All times are the server's. */
export function orchestrationShare({ events }: temporal.api.history.v1.IHistory): StageShare[] {
  const timeline = events ?? [];
  const stages: { stage: string; from: number }[] = [];
  const working: Interval[] = [];
  const waiting: Interval[] = [];
  const scheduled = new Map<string, string>();
  const started = new Map<string, { from: number; type: string }>();
  const timers = new Map<string, number>();
  for (const event of timeline) {
    const at = secondsOf(event);
    const stage = stageOf(event);
    if (stage !== undefined) stages.push({ stage, from: at });
    const schedule = event.activityTaskScheduledEventAttributes;
    if (schedule) scheduled.set(String(event.eventId), schedule.activityType?.name ?? '');
    const start = event.activityTaskStartedEventAttributes;
    if (start)
      started.set(String(start.scheduledEventId), {
        from: at,
        type: scheduled.get(String(start.scheduledEventId)) ?? '',
      });
    const done = event.activityTaskCompletedEventAttributes;
    const ran = done && started.get(String(done.scheduledEventId));
    if (ran) (WAITS.has(ran.type) ? waiting : working).push({ from: ran.from, to: at });
    const timer = event.timerStartedEventAttributes;
    if (timer) timers.set(String(event.eventId), at);
    const fired = event.timerFiredEventAttributes;
    if (fired) waiting.push({ from: timers.get(String(fired.startedEventId)) ?? at, to: at });
  }
  return stages.slice(0, -1).map(({ stage, from }, index) => {
    const to = stages[index + 1]!.from;
    const seconds = to - from;
    const busy = covered(working, from, to);
    const idle = covered([...working, ...waiting], from, to) - busy;
    return { stage, seconds, working: busy, waiting: idle, orchestration: seconds - busy - idle };
  });
}

/** Seconds of [from, to] that at least one interval covers. */
function covered(intervals: readonly Interval[], from: number, to: number): number {
  let total = 0;
  let reached = from;
  for (const interval of [...intervals].sort((a, b) => a.from - b.from)) {
    const end = Math.min(interval.to, to);
    const begin = Math.max(interval.from, reached);
    if (end > begin) {
      total += end - begin;
      reached = end;
    }
  }
  return total;
}

function stageOf({
  upsertWorkflowSearchAttributesEventAttributes: upsert,
}: temporal.api.history.v1.IHistoryEvent): string | undefined {
  const payload = upsert?.searchAttributes?.indexedFields?.[SHIP_ATTRIBUTES.stage.name];
  return payload ? defaultPayloadConverter.fromPayload<string>(payload) : undefined;
}

function secondsOf({ eventTime }: temporal.api.history.v1.IHistoryEvent): number {
  return Number(eventTime?.seconds ?? 0) + (eventTime?.nanos ?? 0) / 1e9;
}
