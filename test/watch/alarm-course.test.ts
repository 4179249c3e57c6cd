import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type CourseSettings, type CourseState, nextStep } from '../../shared/alarm/alarm-course.js';
import { quietUntil } from '../../shared/alarm/quiet-hours.js';

const MINUTE = 60_000;
const SETTINGS: CourseSettings = {
  repeatSeconds: { page: 300, warn: 14_400 },
  messagesALevel: 3,
  levels: 2,
  againAfterAckSeconds: 43_200,
  flapSeconds: 600,
  quiet: { fromHour: 22, toHour: 7, timeZone: 'America/Chicago' },
};
const NOON = Date.parse('2025-03-03T18:00:00Z');
const NIGHT = Date.parse('2025-03-03T08:00:00Z');
const NEW: CourseState = {
  ...{ severity: 'page', isOpen: true, messages: 0, lastMessageMs: null, acknowledgedMs: null, clearedMs: null },
  ...{ isEndTold: false, silentUntilMs: null },
};

/** Messages of a day, by the minute in which they are sent. */
function play(
  severity: 'page' | 'warn',
  minutes: number,
  startMs: number,
  changes: (minute: number, state: CourseState) => Partial<CourseState>,
) {
  let state: CourseState = { ...NEW, severity };
  const sent: { minute: number; level: number | 'end' }[] = [];
  for (let minute = 0; minute <= minutes; minute++) {
    const nowMs = startMs + minute * MINUTE;
    state = { ...state, ...changes(minute, state) };
    for (
      let step = nextStep(state, nowMs, SETTINGS);
      step.kind === 'send' || step.kind === 'send-end';
      step = nextStep(state, nowMs, SETTINGS)
    ) {
      sent.push({ minute, level: step.kind === 'send' ? step.level : 'end' });
      state =
        step.kind === 'send'
          ? { ...state, messages: step.number, lastMessageMs: nowMs }
          : { ...state, isEndTold: true };
    }
  }
  return sent;
}

describe('the course of an alarm', () => {
  it('calls at once, every five minutes, and louder after three messages', () => {
    const sent = play('page', 30, NOON, () => ({}));
    assert.deepEqual(
      sent.map(({ minute }) => minute),
      [0, 5, 10, 15, 20, 25, 30],
    );
    assert.deepEqual(
      sent.map(({ level }) => level),
      [0, 0, 0, 1, 1, 1, 1],
    );
  });

  it('is quiet once somebody has acknowledged, and asks once more half a day later', () => {
    const sent = play('page', 1500, NOON, (minute) => (minute === 7 ? { acknowledgedMs: NOON + 7 * MINUTE } : {}));
    assert.deepEqual(
      sent.map(({ minute }) => minute),
      [0, 5, 7 + 720],
    );
  });

  it('lets what only warns wait for the morning, and wakes for the rest', () => {
    // 02:00 in Chicago; the quiet hours end at 07:00.
    assert.equal(play('warn', 400, NIGHT, () => ({}))[0]?.minute, 300);
    assert.equal(play('page', 400, NIGHT, () => ({}))[0]?.minute, 0);
  });

  it('tells the end to who was told the beginning, after it has stayed away for ten minutes', () => {
    const cleared = (minute: number) => (minute === 3 ? { isOpen: false, clearedMs: NOON + 3 * MINUTE } : {});
    assert.deepEqual(play('page', 60, NOON, cleared), [
      { minute: 0, level: 0 },
      { minute: 13, level: 'end' },
    ]);
    const silent = play('page', 60, NOON, (minute) => ({ silentUntilMs: NOON + 30 * MINUTE, ...cleared(minute) }));
    assert.deepEqual(silent, [], 'nobody was told, so nobody is told the end');
  });

  it('takes what flaps for one alarm', () => {
    const sent = play('page', 60, NOON, (minute) =>
      minute % 4 === 2
        ? { isOpen: false, clearedMs: NOON + minute * MINUTE }
        : minute % 4 === 0
          ? { isOpen: true }
          : {},
    );
    assert.ok(!sent.some(({ level }) => level === 'end'));
    assert.ok(sent.length <= 13, `${sent.length} messages in an hour`);
  });

  it('never sends before the last repeat time has passed, whatever happens', () => {
    const change = fc.record({ isOpen: fc.boolean(), ack: fc.boolean(), silence: fc.boolean() });
    fc.assert(
      fc.property(fc.array(change, { minLength: 60, maxLength: 60 }), (all) => {
        const sent = play('page', 59, NOON, (minute, state) => {
          const { isOpen, ack, silence } = all[minute]!;
          const nowMs = NOON + minute * MINUTE;
          return {
            isOpen,
            clearedMs: state.isOpen && !isOpen ? nowMs : state.clearedMs,
            acknowledgedMs: ack && minute % 20 === 19 ? nowMs : state.acknowledgedMs,
            silentUntilMs: silence && minute % 10 === 9 ? nowMs + 3 * MINUTE : state.silentUntilMs,
          };
        }).filter(({ level }) => level !== 'end');
        for (const [at, { minute }] of sent.entries()) if (at > 0) assert.ok(minute - sent[at - 1]!.minute >= 5);
      }),
    );
  });
});

describe('quiet hours', () => {
  it('end at their local hour, also where clocks change', () => {
    const quiet = { fromHour: 22, toHour: 7, timeZone: 'America/Chicago' };
    assert.equal(quietUntil(quiet, Date.parse('2025-03-09T07:30:00Z')), Date.parse('2025-03-09T12:00:00Z'));
    assert.equal(quietUntil(quiet, NOON), null);
    assert.equal(quietUntil({ ...quiet, toHour: 22 }, NIGHT), null, 'from and to alike: none');
  });
});
