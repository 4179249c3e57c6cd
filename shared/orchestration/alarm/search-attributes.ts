import { defineSearchAttributeKey } from '@temporalio/common';

/** Typed search attributes of alarms. */
export const ALARM_ATTRIBUTES = {
  name: defineSearchAttributeKey('AlarmName', 'KEYWORD'),
  severity: defineSearchAttributeKey('AlarmSeverity', 'KEYWORD'),
  state: defineSearchAttributeKey('AlarmState', 'KEYWORD'),
};
