import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { Told } from '../../activities/alarms/contract.js';
import { type Alarm, fingerprintOf } from '../../shared/alarm/alarm.js';
import type { CourseSettings, CourseState } from '../../shared/alarm/alarm-course.js';
import {
  type Acknowledgement,
  type AlarmInput,
  type AlarmResult,
  type AlarmState,
  acknowledgement,
  alarmCleared,
  type alarmInput,
} from '../../shared/orchestration/alarm/messages.js';
import { ALARM_ATTRIBUTES } from '../../shared/orchestration/alarm/search-attributes.js';
import { finalFailure } from '../steps/refusal.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const REMARKS_MAX = 30;

/** What is known of an alarm, told to operators as it changes. */
export class AlarmCourse {
  alarm: Alarm;
  readonly settings: CourseSettings;
  readonly state: Mutable<CourseState>;
  /** Grows with everything that comes from outside. */
  changes = 0;
  private acknowledgedBy: string | null;
  private readonly remarks: string[] = [];
  private toldState: AlarmState['state'] | null = null;

  constructor(input: ReturnType<typeof alarmInput.parse>) {
    const { alarm, course, messages, carried } = input;
    this.alarm = alarm;
    this.settings = course;
    this.acknowledgedBy = carried?.acknowledgedBy ?? null;
    this.state = {
      ...{ severity: alarm.severity, messages, silentUntilMs: null },
      isOpen: carried?.isOpen ?? true,
      // What was sent before counts from now on: nobody is told twice within the time of a repetition.
      lastMessageMs: carried?.lastMessageMs ?? (messages > 0 ? Date.now() : null),
      acknowledgedMs: carried?.acknowledgedMs ?? null,
      clearedMs: carried?.clearedMs ?? null,
      isEndTold: carried?.isEndTold ?? false,
    };
    upsertSearchAttributes([
      { key: ALARM_ATTRIBUTES.name, value: alarm.name },
      { key: ALARM_ATTRIBUTES.severity, value: alarm.severity },
    ]);
    this.show();
  }

  raise(again: AlarmInput): void {
    const isBack = !this.state.isOpen;
    // The start brings the same alarm with it as its first signal.
    if (!isBack && again.alarm.detail === this.alarm.detail) return;
    this.alarm = { ...this.alarm, detail: again.alarm.detail };
    if (isBack) this.remark('It is back.');
    Object.assign(this.state, { isOpen: true, clearedMs: null });
    this.change();
  }

  clear(at: string): void {
    if (!this.state.isOpen || !alarmCleared.safeParse({ at }).success) return;
    Object.assign(this.state, { isOpen: false, clearedMs: Date.now() });
    this.remark(`It is over since ${at}.`);
    this.change();
  }

  /** @throws ApplicationFailure in the words that the operator reads */
  refuse(answer: Acknowledgement): void {
    const why = this.whyNot(answer);
    if (why !== null) throw finalFailure('InvalidInput', why);
  }

  acknowledge(answer: Acknowledgement): AlarmState {
    const { by, reason } = acknowledgement.parse(answer);
    this.state.acknowledgedMs = Date.now();
    this.acknowledgedBy = by;
    this.remark(`${by} has acknowledged it${reason ? `: ${reason}` : ''}.`);
    this.change();
    return this.now();
  }

  acknowledgeOrRemark(answer: Acknowledgement): void {
    const why = this.whyNot(answer);
    if (why === null) this.acknowledge(answer);
    else this.remark(`An acknowledgement was not taken: ${why}`);
    this.show();
  }

  sent(number: number, { told, failed, silentUntilMs }: Told): void {
    if (silentUntilMs !== null) {
      this.state.silentUntilMs = silentUntilMs;
      this.remark(`Told to nobody until ${new Date(silentUntilMs).toISOString()}: it is silenced.`);
    } else {
      Object.assign(this.state, { messages: number, lastMessageMs: Date.now(), silentUntilMs: null });
      this.remark(
        `Message ${number} at ${new Date().toISOString()}: ${told.length > 0 ? told.join(', ') : 'no channel is set up'}${failed.length > 0 ? `; failed: ${failed.join('; ')}` : ''}.`,
      );
    }
    this.show();
  }

  endTold({ told }: Told): void {
    this.state.isEndTold = true;
    this.remark(`Told that it is over: ${told.join(', ') || 'no channel is set up'}.`);
    this.show();
  }

  now(): AlarmState {
    const { messages } = this.state;
    return {
      fingerprint: fingerprintOf(this.alarm),
      state: this.stateName(),
      messages,
      acknowledgedBy: this.acknowledgedBy,
    };
  }

  result(): AlarmResult {
    upsertSearchAttributes([{ key: ALARM_ATTRIBUTES.state, value: 'Resolved' }]);
    this.details('Resolved');
    const { messages, clearedMs } = this.state;
    const until = new Date(clearedMs ?? Date.now()).toISOString();
    const { fingerprint, acknowledgedBy } = this.now();
    return { fingerprint, outcome: 'Resolved', since: this.alarm.since, until, messages, acknowledgedBy };
  }

  carried(): AlarmInput {
    const { isOpen, lastMessageMs, acknowledgedMs, clearedMs, isEndTold, messages } = this.state;
    const { acknowledgedBy, settings } = this;
    return {
      ...{ alarm: this.alarm, messages },
      course: {
        ...settings,
        repeatSeconds: { ...settings.repeatSeconds },
        quiet: settings.quiet && { ...settings.quiet },
      },
      carried: { isOpen, lastMessageMs, acknowledgedMs, acknowledgedBy, clearedMs, isEndTold },
    };
  }

  private whyNot(answer: Acknowledgement): string | null {
    const parsed = acknowledgement.safeParse(answer);
    if (!parsed.success)
      return `${parsed.error.issues[0]?.path.join('.') || 'input'}: ${parsed.error.issues[0]?.message}`;
    if (!this.state.isOpen) return 'it is over: there is nothing to acknowledge';
    if (this.state.acknowledgedMs !== null) return `${this.acknowledgedBy} has acknowledged it already`;
    return null;
  }

  private stateName(): AlarmState['state'] {
    const { isOpen, acknowledgedMs, silentUntilMs } = this.state;
    if (!isOpen) return 'Cleared';
    if (acknowledgedMs !== null) return 'Acknowledged';
    return silentUntilMs === null ? 'Open' : 'Silenced';
  }

  private change(): void {
    this.changes++;
    this.show();
  }

  private remark(sentence: string): void {
    this.remarks.push(sentence);
    if (this.remarks.length > REMARKS_MAX) this.remarks.shift();
  }

  private show(): void {
    const name = this.stateName();
    if (name !== this.toldState) upsertSearchAttributes([{ key: ALARM_ATTRIBUTES.state, value: name }]);
    this.toldState = name;
    this.details(name);
  }

  private details(name: AlarmState['state']): void {
    const { tier, detail, look, since, severity } = this.alarm;
    setCurrentDetails(
      [
        `## ${this.alarm.name} ${this.alarm.about}: ${name}`,
        detail,
        `On ${tier}, since ${since}, ${severity}. What to do: ${look}`,
        ...this.remarks,
      ].join('\n\n'),
    );
  }
}
