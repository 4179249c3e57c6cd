import { randomBytes } from 'node:crypto';
import { appendFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ArmedSwap } from '../../shared/contract/armed-swap.js';
import { type BridgeSpan, SPANS_BYTES_MAX, SPANS_FILE } from '../../shared/contract/bridge-span.js';
import type { SwapRecord } from '../../shared/contract/swap-record.js';

interface Begun {
  readonly armed: ArmedSwap;
  readonly spanId: string;
  readonly fromMs: number;
  readonly parts: BridgeSpan[];
}

/**
 * Notes for a trace how long a swap took, where whoever armed it asked for that by a `traceparent`. Nothing waits for it and nothing
 * depends on it: what cannot be written is not written.
 */
export class SwapSpans {
  private readonly file: string;
  private begun: Begun | null = null;

  constructor(armedFolder: string) {
    this.file = path.join(armedFolder, SPANS_FILE);
  }

  /** The loading of a release, with which its swap begins. */
  async loading<T>(armed: ArmedSwap, load: () => Promise<T>): Promise<T> {
    const begun: Begun = { armed, spanId: newSpanId(), fromMs: Date.now(), parts: [] };
    this.begun = begun;
    const note = (failed: boolean) => begun.parts.push(...spanOf(begun, { name: 'LoadRelease', failed }));
    try {
      const loaded = await load();
      note(false);
      return loaded;
    } catch (error) {
      note(true);
      throw error;
    }
  }

  settled({ shipId, payloadSha256, outcome }: SwapRecord): void {
    const { begun } = this;
    if (begun?.armed.shipId !== shipId || begun.armed.payloadSha256 !== payloadSha256) return;
    this.begun = null;
    const spans = [...spanOf(begun, { name: 'HotSwap', failed: outcome === 'refused', outcome }), ...begun.parts];
    void this.append(spans).catch(() => {});
  }

  private async append(spans: readonly BridgeSpan[]): Promise<void> {
    if (spans.length === 0) return;
    const size = await stat(this.file).then(
      (found) => found.size,
      () => 0,
    );
    if (size < SPANS_BYTES_MAX) await appendFile(this.file, spans.map((span) => `${JSON.stringify(span)}\n`).join(''));
  }
}

type Ended = Pick<BridgeSpan, 'name' | 'failed' | 'outcome'>;

/** Ends now; none where nobody asked for a trace. */
function spanOf({ armed, spanId, fromMs }: Begun, ended: Ended): BridgeSpan[] {
  const [, traceId, armingSpanId] = armed.traceparent?.split('-') ?? [];
  if (traceId === undefined || armingSpanId === undefined) return [];
  const isWhole = ended.name === 'HotSwap';
  return [
    {
      ...{ v: 1, traceId, fromMs, toMs: Date.now(), ship: armed.shipId, modelVersion: armed.modelVersion },
      ...{ spanId: isWhole ? spanId : newSpanId(), parentSpanId: isWhole ? armingSpanId : spanId },
      ...ended,
    },
  ];
}

const newSpanId = (): string => randomBytes(8).toString('hex');
