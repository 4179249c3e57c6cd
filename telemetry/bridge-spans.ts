import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { type HrTime, SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { type BridgeSpan, bridgeSpan, SPANS_FILE, TAKEN_SPANS_FILE } from '../shared/contract/bridge-span.js';
import { releaseOf } from './outcome.js';
import type { ToldAttributes } from './told-span.js';

const LOOK_EVERY_MS = 500;

/**
 * Sends on what the bridge noted of its swaps. A file is taken by renaming it, and read at the next look: whoever was about to append
 * to it has done so by then.
 * @returns what ends it
 */
export function sendBridgeSpans(armedFolder: string, resource: Resource, to: SpanProcessor): () => void {
  const look = () => {
    try {
      sendTaken(path.join(armedFolder, TAKEN_SPANS_FILE), resource, to);
      take(armedFolder);
    } catch {
      // A file that somebody holds open is there at the next look, too.
    }
  };
  const timer = setInterval(look, LOOK_EVERY_MS).unref();
  return () => clearInterval(timer);
}

function take(armedFolder: string): void {
  const file = path.join(armedFolder, SPANS_FILE);
  if (existsSync(file)) renameSync(file, path.join(armedFolder, TAKEN_SPANS_FILE));
}

/** Removed first: a span is rather lost than sent twice. */
function sendTaken(taken: string, resource: Resource, to: SpanProcessor): void {
  if (!existsSync(taken)) return;
  const lines = readFileSync(taken, 'utf8').split('\n');
  rmSync(taken);
  for (const line of lines) {
    const span = parsed(line);
    if (span !== null) to.onEnd(readable(span, resource));
  }
}

function parsed(line: string): BridgeSpan | null {
  try {
    return bridgeSpan.parse(JSON.parse(line));
  } catch {
    return null;
  }
}

function readable(span: BridgeSpan, resource: Resource): ReadableSpan {
  const { name, traceId, spanId, parentSpanId, fromMs, toMs, failed, ship, modelVersion, outcome } = span;
  const attributes: ToldAttributes = {
    'believe.ship': ship,
    'believe.release': releaseOf({ modelVersion }),
    ...(outcome === undefined ? {} : { 'believe.outcome': outcome }),
  };
  return {
    ...{ name, parentSpanId, attributes, resource, kind: SpanKind.INTERNAL, ended: true },
    ...{ startTime: hrTime(fromMs), endTime: hrTime(toMs), duration: hrTime(Math.max(0, toMs - fromMs)) },
    spanContext: () => ({ traceId, spanId, traceFlags: TraceFlags.SAMPLED }),
    status: { code: failed ? SpanStatusCode.ERROR : SpanStatusCode.OK },
    instrumentationLibrary: { name: 'believe' },
    ...{ events: [], links: [], droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0 },
  };
}

const hrTime = (ms: number): HrTime => [Math.floor(ms / 1000), Math.round((ms % 1000) * 1e6)];
