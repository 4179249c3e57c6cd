import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { type DecisionLogLine, decisionLogFile, tradeDateOfDecisionLog } from '../../shared/contract/decision-log.js';
import type { MarketClock } from '../../shared/market/clock/market-clock.js';
import type { Bar } from '../../shared/market/events/bar.js';
import type { Decision } from '../../shared/model/decision/decision.js';
import { recordOf } from '../../shared/model/decision/decision-record.js';
import { BEHIND_MS } from '../behind-orders.js';
import { AppendLog } from '../disk/append-log.js';
import type { LoadedRelease } from '../swap/prepare-release.js';

/**
 * `broker/journal/decisions-<trade date>.jsonl`: everything a replay needs, besides the captured events, to come to
 * the same decisions bit for bit, and what the live decisions were. Vectors are float32, little-endian, base64.
 * Trade dates never go back, whatever the clock does, also over a restart: a replay reads the files in the order of their
 * names, and its events by growing sequence numbers.
 */
export class DecisionLog {
  private log: AppendLog | undefined;
  private tradeDate = '';
  /** Of this moment, each with the trade date of the clock. */
  private readonly pending: (readonly [Decision, string])[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly folder: string,
    private readonly clock: MarketClock,
    private readonly tradeDateOf: (marketMs: number) => string,
    private readonly onTrouble: (error: Error) => void,
    /** The contract, where the lines of several may follow each other. */
    private readonly instrument: string | null = null,
  ) {}

  /** A pipeline with no memory begins after this event. */
  start(afterEventSeq: number): void {
    this.write({ v: 1, kind: 'start', afterEventSeq });
  }

  heads(release: LoadedRelease, afterEventSeq: number): void {
    const { modelVersion, payloadSha256, heads } = release;
    this.write({ v: 1, kind: 'heads', afterEventSeq, modelVersion, payloadSha256, heads: [...heads] });
  }

  /** A bar that came from elsewhere than the captured trades. */
  bar(bar: Bar, afterEventSeq: number): void {
    this.write({ v: 1, kind: 'bar', afterEventSeq, bar });
  }

  /** Behind the order that it leads to: the line is made and written when that is on its way. */
  decision(decision: Decision): void {
    this.pending.push([decision, this.tradeDateOf(this.clock.nowMs())]);
    this.timer ??= setTimeout(() => this.flush(), BEHIND_MS);
  }

  /** An order that the risk rules refused. */
  refused(seq: number, rule: string, reason: string): void {
    this.write({ v: 1, kind: 'refused', seq, rule, reason });
  }

  close(): void {
    this.flush();
    this.closeFile();
  }

  private write(line: DecisionLogLine): void {
    this.flush();
    this.append(line, this.tradeDateOf(this.clock.nowMs()));
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    for (const [decision, tradeDate] of this.pending.splice(0)) this.append(recordOf(decision), tradeDate);
  }

  private append(line: DecisionLogLine, tradeDate: string): void {
    try {
      this.fileOf(tradeDate).append(line, 'never');
    } catch (error) {
      this.onTrouble(error as Error);
    }
  }

  private closeFile(): void {
    this.log?.close();
    this.log = undefined;
  }

  private fileOf(clockDate: string): AppendLog {
    if (this.log && clockDate <= this.tradeDate) return this.log;
    const newest = this.log ? '' : newestDate(this.folder);
    const tradeDate = clockDate > newest ? clockDate : newest;
    const log = AppendLog.open(path.join(this.folder, decisionLogFile(tradeDate)));
    this.closeFile();
    this.tradeDate = tradeDate;
    this.log = log;
    if (this.instrument !== null) log.append({ v: 1, kind: 'contract', instrument: this.instrument }, 'never');
    return log;
  }
}

/** Of the logs that there are; empty where there is none. */
function newestDate(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const dates = readdirSync(folder).map((file) => tradeDateOfDecisionLog(file) ?? '');
  return dates.sort().at(-1) ?? '';
}
