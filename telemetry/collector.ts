import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { toldOf } from './told-span.js';

export interface CollectorAccess {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Plain lines: that it is lost, that it is back. */
  readonly log: (line: string) => void;
}

/** A ship has some 200 spans. */
export const WAITING_SPANS_MAX = 2048;
const BATCH_SPANS_MAX = 256;
const GATHER_MS = 1000;
const PATIENCE = { answerMs: 5000, retryMs: 5000 };
const CLOSE_MS = 2000;

type Answer = 'taken' | { readonly refused: string } | { readonly away: string };

/**
 * Sends spans to a collector, one request at a time. Whatever that does, who ends a span never waits: what cannot be sent waits in
 * a list of bounded length, beyond which spans are lost and counted. OpenTelemetry's own exporter keeps whatever a server answers
 * in memory, for as long as it goes on answering; here an answer is not read, and has a time limit.
 */
export class Collector implements SpanProcessor {
  private waiting: ReadableSpan[] = [];
  private lost = 0;
  private isAway = false;
  private timer: NodeJS.Timeout | undefined;
  private sending: Promise<void> | undefined;
  private readonly closing = new AbortController();

  constructor(
    private readonly access: CollectorAccess,
    private readonly patience = PATIENCE,
  ) {}

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    if (this.waiting.length >= WAITING_SPANS_MAX) this.lost++;
    else this.waiting.push(toldOf(span));
    this.sendIn(GATHER_MS);
  }

  async forceFlush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    await this.send();
  }

  /** Sends what waits, for as long as the end of a process may be held up by that. */
  async shutdown(): Promise<void> {
    const late = setTimeout(() => this.closing.abort(), CLOSE_MS);
    await this.forceFlush();
    clearTimeout(late);
    clearTimeout(this.timer);
    this.lost += this.waiting.length;
    if (this.lost > 0) this.access.log(`traces: ${this.lost} spans were not sent`);
  }

  private sendIn(ms: number): void {
    if (this.closing.signal.aborted) return;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.send();
    }, ms).unref();
  }

  private send(): Promise<void> {
    this.sending ??= this.sendAll().finally(() => {
      this.sending = undefined;
    });
    return this.sending;
  }

  private async sendAll(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting.slice(0, BATCH_SPANS_MAX);
      const answer = await this.post(batch);
      if (answer !== 'taken' && 'away' in answer) {
        this.say(answer.away);
        this.sendIn(this.patience.retryMs);
        return;
      }
      this.waiting = this.waiting.slice(batch.length);
      if (answer === 'taken') this.sayBack();
      else {
        this.lost += batch.length;
        this.say(answer.refused);
      }
    }
  }

  private async post(batch: ReadableSpan[]): Promise<Answer> {
    try {
      const response = await fetch(this.access.url, {
        method: 'POST',
        headers: { ...this.access.headers, 'content-type': 'application/json' },
        body: JsonTraceSerializer.serializeRequest(batch) ?? '',
        // To whom the headers are shown is a setting, and no answer of a server.
        redirect: 'manual',
        signal: AbortSignal.any([AbortSignal.timeout(this.patience.answerMs), this.closing.signal]),
      });
      await response.body?.cancel();
      if (response.ok) return 'taken';
      const how = `answers ${response.status}`;
      return [429, 502, 503, 504].includes(response.status) ? { away: how } : { refused: how };
    } catch (error) {
      return { away: reasonOf(error, this.patience.answerMs) };
    }
  }

  /** Once, however long it lasts. */
  private say(why: string): void {
    if (this.isAway) return;
    this.isAway = true;
    const { origin } = this.access.url;
    this.access.log(
      `traces: the collector ${origin} ${why}; ${WAITING_SPANS_MAX} spans wait for it, more are lost, and the work goes on`,
    );
  }

  private sayBack(): void {
    if (!this.isAway) return;
    this.isAway = false;
    this.access.log(`traces: the collector takes spans again${this.lost > 0 ? `; ${this.lost} were lost` : ''}`);
    this.lost = 0;
  }
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown, answerMs: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `does not answer within ${answerMs / 1000} s`;
  const { code, message } = (error.cause ?? error) as NodeJS.ErrnoException;
  return `is not reached (${code ?? message})`;
}
