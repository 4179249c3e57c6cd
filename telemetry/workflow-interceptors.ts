import { type Attributes, type Context, context, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import {
  extractContextFromHeaders,
  headersWithContext,
} from '@temporalio/interceptors-opentelemetry/lib/instrumentation.js';
import { OpenTelemetryInboundInterceptor } from '@temporalio/interceptors-opentelemetry/lib/workflow/index.js';
import { ContinueAsNew, type WorkflowInterceptors, workflowInfo } from '@temporalio/workflow';
import { failureTypeOf, outcomeOf, releaseOf } from './outcome.js';

/**
 * Part of the bundle of workflows where traces are sent: spans of a run, of what it is told, and of the steps that it asks for, all in
 * one trace. Who looks leaves no span: a page or a command asks each second.
 *
 * The SDK's own interceptors await what they pass on, and so a handler of an update ended some turns later than without them: a held ship
 * that was decided before traces were switched off could not be replayed afterwards. Here every promise is handed on as it is.
 */
export const interceptors = (): WorkflowInterceptors => {
  // It sets up the tracer of this sandbox, whose spans go to the worker.
  new OpenTelemetryInboundInterceptor();
  let run: Context = ROOT_CONTEXT;
  return {
    inbound: [
      {
        execute: (input, next) => {
          const asked = extractContextFromHeaders(input.headers) ?? ROOT_CONTEXT;
          return within(`RunWorkflow:${workflowInfo().workflowType}`, asked, (own) => {
            run = own;
            return next(input);
          });
        },
        // Whoever tells it something knows no trace.
        handleSignal: (input, next) => within(`HandleSignal:${input.signalName}`, run, () => next(input)),
        handleUpdate: (input, next) =>
          within(`HandleUpdate:${input.name}`, run, () => next(input), { temporalUpdateId: input.updateId }),
      },
    ],
    outbound: [
      {
        scheduleActivity: (input, next) =>
          within(`StartActivity:${input.activityType}`, context.active(), () => next(withTrace(input))),
        startChildWorkflowExecution: (input, next) => next(withTrace(input)),
        continueAsNew: (input, next) => next(withTrace(input)),
      },
    ],
  };
};

const withTrace = <T extends { readonly headers: Parameters<typeof headersWithContext>[0] }>(input: T): T => ({
  ...input,
  headers: headersWithContext(input.headers),
});

/** Calls `work` inside a span, which ends with the promise that it returns. */
function within<T>(
  name: string,
  parent: Context,
  work: (own: Context) => Promise<T>,
  attributes?: Attributes,
): Promise<T> {
  const span = trace.getTracer('believe').startSpan(name, attributes ? { attributes } : {}, parent);
  const own = trace.setSpan(parent, span);
  const end = (code: SpanStatusCode, told: Attributes) => span.setStatus({ code }).setAttributes(told).end();
  const result = context.with(own, () => work(own));
  result.then(
    (value) => end(SpanStatusCode.OK, { 'believe.outcome': outcomeOf(value), 'believe.release': releaseOf(value) }),
    (error: unknown) => {
      if (error instanceof ContinueAsNew) end(SpanStatusCode.OK, {});
      else end(SpanStatusCode.ERROR, { 'error.type': failureTypeOf(error) });
    },
  );
  return result;
}
