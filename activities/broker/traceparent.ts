import { isSpanContextValid, trace } from '@opentelemetry/api';

/** Names the step that runs, as W3C Trace Context does, where it is traced. */
export function traceparentNow(): string | undefined {
  const span = trace.getActiveSpan()?.spanContext();
  return span && isSpanContextValid(span) ? `00-${span.traceId}-${span.spanId}-01` : undefined;
}
