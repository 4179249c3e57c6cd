import {
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  defineUpdate,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { nextStep } from '../shared/alarm/alarm-course.js';
import {
  ACKNOWLEDGE,
  type Acknowledgement,
  type AlarmInput,
  type AlarmResult,
  type AlarmState,
  alarmInput,
  CLEAR,
  RAISE,
} from '../shared/orchestration/alarm/messages.js';
import { AlarmCourse } from './alarm/alarm-course-log.js';
import { people } from './steps/activities.js';
import { invalidInput } from './steps/refusal.js';

/** It is there, perhaps again: by whoever watches. */
export const raiseSignal = defineSignal<[AlarmInput]>(RAISE);
/** It is over. */
export const clearSignal = defineSignal<[{ readonly at: string }]>(CLEAR);
/** Somebody takes care of it. An update answers, and says where there is nothing to acknowledge. */
export const acknowledgeUpdate = defineUpdate<AlarmState, [Acknowledgement]>(ACKNOWLEDGE);
/** The same for tctl, which knows no updates. */
export const acknowledgeSignal = defineSignal<[Acknowledgement]>(ACKNOWLEDGE);
export const alarmQuery = defineQuery<AlarmState>('state');

/** One alarm, from when it is raised until it is over and has stayed so: tell, repeat, escalate, until somebody acknowledges. */
export async function alarm(input: AlarmInput): Promise<AlarmResult> {
  const request = alarmInput.safeParse(input);
  if (!request.success)
    throw invalidInput(request.error, '{"alarm":{"tier":"broker","name":"BridgeSilent",...},"course":{...}}');
  const course = new AlarmCourse(request.data);
  setHandler(raiseSignal, (again) => course.raise(again), { description: 'It is there (again)' });
  setHandler(clearSignal, ({ at }) => course.clear(at), { description: 'It is over' });
  setHandler(acknowledgeUpdate, (answer) => course.acknowledge(answer), {
    validator: (answer) => course.refuse(answer),
    description: 'Take care of it: {"by":"your name","reason":"..."}',
  });
  setHandler(acknowledgeSignal, (answer) => course.acknowledgeOrRemark(answer), { description: 'The same, for tctl' });
  setHandler(alarmQuery, () => course.now(), { description: 'What is known of it' });
  for (;;) {
    const step = nextStep(course.state, Date.now(), course.settings);
    switch (step.kind) {
      case 'send':
        course.sent(
          step.number,
          await people.tellAlarm.executeWithOptions({ summary: `message ${step.number}` }, [
            { alarm: course.alarm, number: step.number, level: step.level },
          ]),
        );
        break;
      case 'send-end':
        course.endTold(
          await people.tellAlarm.executeWithOptions({ summary: 'it is over' }, [
            { alarm: course.alarm, number: 'end', level: 0 },
          ]),
        );
        break;
      case 'wait':
        await untilChanged(course, step.untilMs);
        break;
      case 'end':
        return course.result();
    }
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof alarm>(course.carried());
  }
}

async function untilChanged(course: AlarmCourse, untilMs: number | null): Promise<void> {
  const { changes } = course;
  const isChanged = () => course.changes !== changes;
  if (untilMs === null) await condition(isChanged);
  else await condition(isChanged, Math.max(1, untilMs - Date.now()));
}
