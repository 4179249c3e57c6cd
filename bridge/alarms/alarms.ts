import type { Logger } from 'pino';
import { type AlarmLine, type AlarmName, alarmLine } from '../../shared/contract/alarm-line.js';
import { AppendLog } from '../disk/append-log.js';

export interface RaisedAlarm {
  readonly alarm: AlarmName;
  /** Wall time, ISO 8601. */
  readonly since: string;
  /** The newest reason, in plain words. */
  readonly detail: string;
}

interface State {
  readonly sinceWallMs: number;
  detail: string;
  /** Monotonic ms since when nothing keeps it raised; null while something does. */
  quietSinceMs: number | null;
}

export interface AlarmsDeps {
  readonly log: Logger;
  /** An alarm is over when it was not raised again for this long, monotonic ms: one that flaps is one alarm. */
  readonly quietMs: number;
  readonly now?: () => { readonly wallMs: number; readonly monotonicMs: number };
}

/** Lines that a full disk may hold up; by the quiet time there are never many. */
const UNWRITTEN_MAX = 1000;
const DETAIL_CHARACTERS_MAX = 500;

/** What a person has to look at now. Each alarm is one line when it is raised and one when it is over, both fsynced. */
export class Alarms {
  private readonly states = new Map<AlarmName, State>();
  private readonly unwritten: AlarmLine[] = [];
  private readonly now: NonNullable<AlarmsDeps['now']>;

  static open(file: string, deps: AlarmsDeps): Alarms {
    return new Alarms(AppendLog.open(file), deps);
  }

  /** Alarms that an earlier process left raised are over, unless this one raises them again. */
  private constructor(
    private readonly file: AppendLog,
    private readonly deps: AlarmsDeps,
  ) {
    this.now = deps.now ?? (() => ({ wallMs: Date.now(), monotonicMs: performance.now() }));
    const quietSinceMs = this.now().monotonicMs;
    for (const { alarm, state, at, detail } of linesOf(file)) {
      if (state === 'cleared') this.states.delete(alarm);
      else this.states.set(alarm, { sinceWallMs: Date.parse(at), detail, quietSinceMs });
    }
  }

  get raised(): RaisedAlarm[] {
    return [...this.states].map(([alarm, { sinceWallMs, detail }]) => ({
      ...{ alarm, since: new Date(sinceWallMs).toISOString(), detail },
    }));
  }

  /** Stays until it is cleared. Raised again it is the same alarm, with the newer reason. */
  raise(alarm: AlarmName, detail: string): void {
    const known = this.states.get(alarm);
    const text = detail.slice(0, DETAIL_CHARACTERS_MAX);
    if (known) {
      Object.assign(known, { detail: text, quietSinceMs: null });
      return;
    }
    this.states.set(alarm, { sinceWallMs: this.now().wallMs, detail: text, quietSinceMs: null });
    this.deps.log.error({ alarm }, `alarm: ${text}`);
    this.record('raised', alarm, text);
  }

  /** What it was raised for is over. */
  clear(alarm: AlarmName): void {
    const state = this.states.get(alarm);
    if (state) state.quietSinceMs ??= this.now().monotonicMs;
  }

  /** Something happened that is no lasting state: over when it does not happen again. */
  note(alarm: AlarmName, detail: string): void {
    this.raise(alarm, detail);
    this.clear(alarm);
  }

  /** To be called as time passes: tells what is over, and writes what the disk refused before. */
  tick(): void {
    const { monotonicMs } = this.now();
    for (const [alarm, { quietSinceMs, detail }] of this.states) {
      if (quietSinceMs === null || monotonicMs - quietSinceMs < this.deps.quietMs) continue;
      this.states.delete(alarm);
      this.deps.log.warn({ alarm }, 'alarm over');
      this.record('cleared', alarm, detail);
    }
    this.write();
  }

  /** Alarms stay raised in the file: the process that watches over them ends, not their cause. */
  close(): void {
    this.write();
    this.file.close();
  }

  private record(state: AlarmLine['state'], alarm: AlarmName, detail: string): void {
    this.unwritten.push({ v: 1, at: new Date(this.now().wallMs).toISOString(), state, alarm, detail });
    if (this.unwritten.length > UNWRITTEN_MAX) this.unwritten.shift();
    this.write();
  }

  /** A disk that refuses is tried again with the next tick; the log has told of the alarm already. */
  private write(): void {
    try {
      for (let line = this.unwritten[0]; line; line = this.unwritten[0]) {
        this.file.append(line);
        this.unwritten.shift();
      }
    } catch {
      return;
    }
  }
}

/** Lines that cannot be read are left out: an alarm file must not keep a bridge from starting. */
function linesOf(file: AppendLog): AlarmLine[] {
  let lines: unknown[];
  try {
    lines = file.read();
  } catch {
    return [];
  }
  return lines.flatMap((line) => {
    const parsed = alarmLine.safeParse(line);
    return parsed.success ? [parsed.data] : [];
  });
}
