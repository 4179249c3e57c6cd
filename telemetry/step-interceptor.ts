import { trace } from '@opentelemetry/api';
import type { Context } from '@temporalio/activity';
import type { ActivityInboundCallsInterceptor } from '@temporalio/worker';
import { failureTypeOf, outcomeOf, releaseOf } from './outcome.js';
import { shipOf, type ToldAttributes } from './told-span.js';

/** Says of which ship and release a step is, which attempt, and what it came to. */
export function stepInterceptor({ info }: Context): ActivityInboundCallsInterceptor {
  return {
    async execute(input, next) {
      tell({
        'believe.ship': shipOf({ workflowType: info.workflowType, ...info.workflowExecution }),
        'believe.release': releaseOf(input.args[0]),
        'believe.attempt': info.attempt,
      });
      try {
        const result = await next(input);
        tell({ 'believe.outcome': outcomeOf(result) });
        return result;
      } catch (error) {
        tell({ 'error.type': failureTypeOf(error) });
        throw error;
      }
    },
  };
}

function tell(attributes: ToldAttributes): void {
  trace.getActiveSpan()?.setAttributes(attributes);
}
