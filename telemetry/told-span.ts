import type { Attributes } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { runIdentityOf } from '../shared/orchestration/ship/ship-id.js';

/**
 * What leaves of a span: ids, names, times, attempt and outcome. Messages of failures, stack traces, memos and search attributes, which
 * the SDK puts into spans, can say what a strategy does, and a collector is not one of the tiers.
 */
const TOLD_ATTRIBUTES = [
  'believe.ship',
  'believe.release',
  'believe.attempt',
  'believe.outcome',
  'error.type',
  'temporalWorkflowId',
  'temporalActivityId',
  'temporalUpdateId',
  'run_id',
] as const;
type ToldAttribute = (typeof TOLD_ATTRIBUTES)[number];
export type ToldAttributes = Partial<Record<ToldAttribute, string | number | undefined>>;

export function toldOf(span: ReadableSpan): ReadableSpan {
  const { traceId, spanId, traceFlags } = span.spanContext();
  const { name, kind, startTime, endTime, duration, ended, resource, instrumentationLibrary, parentSpanId } = span;
  return {
    ...{ name, kind, startTime, endTime, duration, ended, resource, instrumentationLibrary },
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    spanContext: () => ({ traceId, spanId, traceFlags }),
    status: { code: span.status.code },
    attributes: toldAttributes(span.attributes),
    ...{ events: [], links: [], droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0 },
  };
}

function toldAttributes(all: Attributes): Attributes {
  const known: Attributes = { ...ofWorkflow(all), ...all };
  return Object.fromEntries(TOLD_ATTRIBUTES.flatMap((key) => (known[key] === undefined ? [] : [[key, known[key]]])));
}

/** Spans of workflow code come with what the SDK knows of the run (WorkflowInfo), by other names than those of steps. */
function ofWorkflow({ workflowType, workflowId, runId }: Attributes): Attributes {
  return typeof workflowId === 'string' && typeof runId === 'string'
    ? { temporalWorkflowId: workflowId, run_id: runId, 'believe.ship': shipOf({ workflowType, workflowId, runId }) }
    : {};
}

/** Workflows that carry a release, or take one back. */
const SHIPS: readonly unknown[] = ['shipModel', 'rollBackModel'];

export function shipOf(run: { workflowType?: unknown; workflowId?: string; runId?: string }): string | undefined {
  const { workflowType, workflowId, runId } = run;
  return SHIPS.includes(workflowType) && workflowId && runId ? runIdentityOf({ workflowId, runId }) : undefined;
}
