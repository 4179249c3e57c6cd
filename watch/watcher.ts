import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { type Alarm, alarm, fingerprintOf, type Tier } from '../shared/alarm/alarm.js';
import { type CourseSettings, nextStep } from '../shared/alarm/alarm-course.js';
import type { WatcherStatus } from '../shared/alarm/alarm-log.js';
import { messageId } from '../shared/alarm/alarm-message.js';
import { courseSettings } from '../shared/alarm/course-settings.js';
import type { WatchConfig } from '../shared/config/watch.js';
import { jsonOrUndefined } from '../shared/fields/json-or-undefined.js';
import { replaceFile } from '../shared/node/disk/replace-file.js';
import { messageOf } from './channels/message-of.js';
import type { Deliveries } from './deliver.js';
import type { Condition, Sighting } from './sighting.js';
import { isSilenced, type Silences } from './silences.js';
import { explanationsOf, watchdogBehind, watchdogOf } from './watchdogs.js';

/** The workflows, as far as a watcher knows them. Each call throws where Temporal does not answer. */
export interface AlarmWorkflows {
  /** Starts the alarm's workflow, or tells the one that runs. @param messages that were sent already */
  raise(alarm: Alarm, messages: number): Promise<void>;
  /** Tells it that the alarm is over; nothing where none runs. */
  clear(fingerprint: string, at: string): Promise<void>;
}

const openAlarm = alarm.extend({
  isHandedOver: z.boolean(),
  messages: z.number().int().nonnegative(),
  lastMessageMs: z.number().nullable(),
  /** Wall time of the first look that did not show it any more; null while it is there. */
  clearedMs: z.number().nullable(),
  isEndTold: z.boolean(),
  /** The workflow knows that it is over; what comes back soon is the same alarm to it, and to us. */
  isClearTold: z.boolean().default(false),
  inhibitedBy: z.string().nullable(),
});
type OpenAlarm = z.infer<typeof openAlarm>;
const stateFile = z.strictObject({ v: z.literal(1), open: z.record(z.string(), openAlarm) });

export interface WatcherOptions {
  readonly tier: Tier;
  readonly config: WatchConfig;
  readonly places: { readonly state: string; readonly status: string };
  readonly deliveries: Deliveries;
  readonly workflows: AlarmWorkflows;
  readonly silences: () => Silences;
  readonly now: () => number;
  readonly log: (line: string) => void;
}

/**
 * Compares what the watchdogs see with what they saw before, and has people told: by the alarm's workflow, and where that cannot
 * be had, or does not tell, by itself. What is open outlives the process.
 */
export class Watcher {
  private readonly open: Map<string, OpenAlarm>;
  private readonly startedAt: string;
  private readonly course: CourseSettings;
  /** In this look: who did not answer once is not waited for once more. */
  private isTemporalAway = false;

  constructor(private readonly options: WatcherOptions) {
    this.open = readState(options.places.state);
    this.startedAt = new Date(options.now()).toISOString();
    this.course = courseSettings(options.config);
  }

  /** One look: every watchdog of the tier. */
  async take(sightings: readonly Sighting[]): Promise<void> {
    const nowMs = this.options.now();
    this.compare(sightings, nowMs);
    this.inhibit();
    this.isTemporalAway = false;
    for (const [fingerprint, one] of this.open) await this.follow(fingerprint, one, nowMs);
    this.write(sightings, nowMs);
  }

  /** What a full disk does not take stays in memory: that is told like anything else. */
  private put(file: string, content: object): void {
    try {
      replaceFile(file, `${JSON.stringify(content)}\n`, 0o600);
    } catch (error) {
      this.options.log(`cannot be written: ${(error as Error).message}`);
    }
  }

  private compare(sightings: readonly Sighting[], nowMs: number): void {
    const seen = new Map<string, Alarm>();
    for (const { watchdog, conditions } of sightings)
      for (const condition of conditions) {
        const one = this.alarmOf(watchdog, condition, nowMs);
        seen.set(fingerprintOf(one), one);
      }
    // Of what a watchdog cannot see now, or did not look at, nothing is known: it stays as it was.
    const known = new Set(sightings.flatMap(({ watchdog, state }) => (state === 'unknown' ? [] : [watchdog])));
    for (const [fingerprint, one] of seen) {
      const before = this.open.get(fingerprint);
      if (before) {
        if (before.isClearTold) Object.assign(before, { isHandedOver: false, isClearTold: false });
        Object.assign(before, { detail: one.detail, clearedMs: null });
      } else {
        this.open.set(fingerprint, { ...one, ...NEW });
        this.options.log(`${fingerprint}: ${one.detail}`);
      }
    }
    for (const [fingerprint, one] of this.open)
      if (!seen.has(fingerprint) && one.clearedMs === null && known.has(watchdogBehind(one.name)))
        one.clearedMs = nowMs;
  }

  private alarmOf(watchdog: string, { name, about, detail, severity, look }: Condition, nowMs: number): Alarm {
    const { runbook, severity: usual } = watchdogOf(watchdog);
    return {
      ...{ tier: this.options.tier, name, about: about.slice(0, 200), detail: detail.slice(0, 1000) },
      ...{ severity: severity ?? usual, look: (look ?? runbook).slice(0, 1000), since: new Date(nowMs).toISOString() },
    };
  }

  /** What another open alarm explains is shown, and not told. */
  private inhibit(): void {
    const names = new Set(
      [...this.open.values()].filter(({ clearedMs }) => clearedMs === null).map(({ name }) => name),
    );
    for (const one of this.open.values())
      one.inhibitedBy = explanationsOf(one.name).find((name) => names.has(name)) ?? null;
  }

  private async follow(fingerprint: string, one: OpenAlarm, nowMs: number): Promise<void> {
    const { workflows, log, config } = this.options;
    const isNew = one.messages === 0 && !one.isHandedOver;
    if (isNew && one.clearedMs !== null) {
      this.open.delete(fingerprint);
      return;
    }
    // What was told before a restart goes on at once.
    if (isNew && nowMs - Date.parse(this.startedAt) < config.startSeconds * 1000) return;
    if (one.inhibitedBy !== null && isNew) return;
    try {
      if (this.isTemporalAway) throw new Error('it did not answer a moment ago');
      if (!one.isHandedOver && one.clearedMs === null) {
        await workflows.raise(alarmIn(one), one.messages);
        one.isHandedOver = true;
      }
      if (one.clearedMs !== null && one.isHandedOver) {
        if (!one.isClearTold) await workflows.clear(fingerprint, new Date(one.clearedMs).toISOString());
        one.isClearTold = true;
        if (nowMs - one.clearedMs >= config.flapSeconds * 1000) this.open.delete(fingerprint);
        return;
      }
    } catch (error) {
      if (!this.isTemporalAway)
        log(`${fingerprint}: Temporal does not take it: ${(error as Error).message.slice(0, 200)}`);
      this.isTemporalAway = true;
      // Where the workflow has it, its messages come when Temporal comes back; until then they come from here.
    }
    await this.standIn(fingerprint, one, nowMs);
  }

  /** In the workflow's place: where Temporal does not take the alarm, or nobody has told it in time. */
  private async standIn(fingerprint: string, one: OpenAlarm, nowMs: number): Promise<void> {
    const { deliveries, config, log } = this.options;
    const since = Date.parse(one.since);
    if (one.isHandedOver) {
      if (one.messages === 0 && deliveries.toldBy(messageId(one, 1)).length > 0) one.messages = 1;
      // The workflow tells it, and repeats it.
      if (one.messages > 0) return;
    }
    if (nowMs - since < config.handOverSeconds * 1000) return;
    const silentUntilMs = isSilenced(this.options.silences(), one, nowMs);
    const { severity, messages, lastMessageMs, clearedMs, isEndTold } = one;
    const step = nextStep(
      {
        ...{ severity, messages, lastMessageMs, clearedMs, isEndTold, silentUntilMs },
        isOpen: clearedMs === null,
        acknowledgedMs: null,
      },
      nowMs,
      this.course,
    );
    if (step.kind === 'end') this.open.delete(fingerprint);
    if (step.kind !== 'send' && step.kind !== 'send-end') return;
    const number = step.kind === 'send' ? step.number : 'end';
    try {
      await deliveries.deliver(messageOf(alarmIn(one), number), step.kind === 'send' ? step.level : 0);
      if (step.kind === 'send') Object.assign(one, { messages: step.number, lastMessageMs: nowMs });
      else one.isEndTold = true;
    } catch (error) {
      log(`${fingerprint}: ${(error as Error).message}`);
    }
  }

  private write(sightings: readonly Sighting[], nowMs: number): void {
    const { tier, places, config } = this.options;
    const open = Object.fromEntries(this.open);
    this.put(places.state, stateFile.parse({ v: 1, open }));
    const status: WatcherStatus = {
      ...{ v: 1, tier, pid: process.pid, at: new Date(nowMs).toISOString(), startedAt: this.startedAt },
      watchdogs: sightings.map(({ watchdog, seen, state }) => ({
        ...{ name: watchdog, seen: seen.slice(0, 1000), state, limit: watchdogOf(watchdog).limit(config) },
      })),
      open: [...this.open]
        .filter(([, one]) => one.clearedMs === null)
        .map(([fingerprint, one]) => ({
          ...{ ...alarmIn(one), fingerprint, isHandedOver: one.isHandedOver },
          ...{ messages: one.messages, inhibitedBy: one.inhibitedBy },
        })),
    };
    this.put(places.status, status);
  }
}

const NEW = {
  isHandedOver: false,
  messages: 0,
  lastMessageMs: null,
  clearedMs: null,
  isEndTold: false,
  isClearTold: false,
  inhibitedBy: null,
};

function alarmIn({ tier, name, about, severity, detail, look, since }: OpenAlarm): Alarm {
  return { tier, name, about, severity, detail, look, since };
}

/** A state that is damaged is as good as none: what is wrong is seen again by the next look. */
function readState(file: string): Map<string, OpenAlarm> {
  if (!existsSync(file)) return new Map();
  return new Map(Object.entries(stateFile.safeParse(jsonOrUndefined(readFileSync(file, 'utf8'))).data?.open ?? {}));
}
