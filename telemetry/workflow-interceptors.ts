import { type Context, context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { OpenTelemetryInboundInterceptor } from '@temporalio/interceptors-opentelemetry/lib/workflow/index.js';
import { interceptors as openTelemetry } from '@temporalio/interceptors-opentelemetry/lib/workflow-interceptors.js';
import type { WorkflowInterceptors } from '@temporalio/workflow';
import { failureTypeOf, outcomeOf, releaseOf } from './outcome.js';
import type { ToldAttributes } from './told-span.js';

/**
 * Part of the bundle of workflows where traces are sent: spans of a run, of what it is told, and of the steps that it asks for, all in
 * one trace. Who looks leaves no span: a page or a command asks each second.
 */
export const interceptors = (): WorkflowInterceptors => {
  const traced = new OpenTelemetryInboundInterceptor();
  let run: Context = ROOT_CONTEXT;
  return {
    ...openTelemetry(),
    inbound: [
      {
        execute: (input, next) => traced.execute(input, next),
        // Whoever tells it something knows no trace.
        handleSignal: (input, next) => context.with(run, () => traced.handleSignal(input, next)),
        handleUpdate: (input, next) => context.with(run, () => traced.handleUpdate(input, next)),
      },
      {
        async execute(input, next) {
          run = context.active();
          try {
            const result = await next(input);
            tell({ 'believe.outcome': outcomeOf(result), 'believe.release': releaseOf(result) });
            return result;
          } catch (error) {
            tell({ 'error.type': failureTypeOf(error) });
            throw error;
          }
        },
      },
    ],
  };
};

function tell(attributes: ToldAttributes): void {
  trace.getActiveSpan()?.setAttributes(attributes);
}
