import path from 'node:path';
import { EventName, type IBApi } from '@stoqey/ib';
import { AppendLog } from '../disk/append-log.js';

/** Everything that is said and heard, with local times: a file of JSON lines that can be sent to whoever asks. */
export class Recording {
  readonly file: string;
  private log: AppendLog | undefined;
  /** The step that is under way. */
  step = '';
  /** Why something could not be written; null where everything was. */
  problem: string | null = null;

  constructor(brokerFolder: string, startedAt: string) {
    this.file = path.join(brokerFolder, 'rehearsals', `${startedAt.replaceAll(':', '-')}.jsonl`);
  }

  attach(ib: IBApi): void {
    ib.on(EventName.all, (event: string, args: unknown) => {
      // What was received comes once more as an event of its own, decoded.
      if (event === EventName.received) return;
      this.write(event === EventName.sent ? { sent: firstOf(args) } : { event, args: withErrorTexts(args) });
    });
  }

  /** Depth does not pass through the library. */
  depth(fields: readonly number[]): void {
    this.write({ event: EventName.updateMktDepth, args: fields });
  }

  note(text: string): void {
    this.write({ note: text });
  }

  close(): void {
    this.log?.close();
  }

  private write(what: object): void {
    const time = { wallTime: new Date().toISOString(), monotonicMs: Math.round(performance.now() * 1000) / 1000 };
    try {
      // Where nothing was said there is no file.
      this.log ??= AppendLog.open(this.file);
      this.log.append({ ...time, step: this.step, ...what }, 'never');
    } catch (error) {
      // A full disk must not keep the position from being closed.
      this.problem ??= String(error);
    }
  }
}

function firstOf(args: unknown): unknown {
  return Array.isArray(args) ? args[0] : args;
}

/** An error becomes {} in JSON. */
function withErrorTexts(args: unknown): unknown {
  return Array.isArray(args) ? args.map((one: unknown) => (one instanceof Error ? one.message : one)) : args;
}
