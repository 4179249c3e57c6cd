import path from 'node:path';
import { context, propagation } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { Resource } from '@opentelemetry/resources';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import {
  makeWorkflowExporter,
  OpenTelemetryActivityInboundInterceptor,
} from '@temporalio/interceptors-opentelemetry/lib/worker/index.js';
import type { WorkerOptions } from '@temporalio/worker';
import type { Config } from '../shared/config/config.js';
import { sendBridgeSpans } from './bridge-spans.js';
import { Collector } from './collector.js';
import { readHeaders } from './headers.js';
import { stepInterceptor } from './step-interceptor.js';

export type TracedRole = 'orchestrator' | 'research' | 'broker';

export interface Traces {
  /** For a worker: spans of its steps, and those that workflow code hands out, once each and not when it is replayed. */
  readonly options: Pick<WorkerOptions, 'interceptors' | 'sinks'>;
  /** Sends on what the bridge notes there, from now on. */
  sendBridgeSpans(armedFolder: string): void;
  close(): Promise<void>;
}

/** @throws Failure 'KeyExposed', BadInput for the file of headers */
export function tracesTo(
  url: URL,
  config: Pick<Config, 'home' | 'telemetry' | 'instrument'>,
  role: TracedRole,
  log: (line: string) => void,
): Traces {
  const { headersFile } = config.telemetry;
  const headers = headersFile === null ? {} : readHeaders(path.resolve(config.home, headersFile));
  const collector = new Collector({ url, headers, log });
  const resource = resourceOf(config, role);
  const provider = new BasicTracerProvider({ resource, spanProcessors: [collector] });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  const tracer = provider.getTracer('believe');
  return {
    sendBridgeSpans: (armedFolder) => sendBridgeSpans(armedFolder, resourceOf(config, 'bridge'), collector),
    options: {
      interceptors: {
        activity: [
          (step) => ({ inbound: new OpenTelemetryActivityInboundInterceptor(step, { tracer }) }),
          (step) => ({ inbound: stepInterceptor(step) }),
        ],
      },
      sinks: { exporter: makeWorkflowExporter(collector, resource) },
    },
    close: () => provider.shutdown(),
  };
}

/** By OpenTelemetry's names for what a process is. */
function resourceOf({ instrument }: Pick<Config, 'instrument'>, role: TracedRole | 'bridge'): Resource {
  return new Resource({
    'service.name': `believe-${role}`,
    'service.namespace': 'believe',
    'service.instance.id': role === 'bridge' ? 'bridge' : `${role}-${process.pid}`,
    'believe.instrument': instrument.symbol,
  });
}
