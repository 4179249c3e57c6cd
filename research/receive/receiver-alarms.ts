import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import {
  type ReceiverAlarm,
  type ReceiverAlarmLine,
  receiverAlarmLine,
} from '../../shared/contract/receiver-status.js';

/** The alarms of a receiver, as lines of a file: each is raised once, and cleared when it is over. */
export class ReceiverAlarms {
  private readonly raised = new Map<string, { readonly alarm: ReceiverAlarm; readonly detail: string }>();

  constructor(
    private readonly file: string,
    private readonly wallMs: () => number,
  ) {}

  /** @param all that are true now, by what they are about */
  are(alarm: ReceiverAlarm, all: ReadonlyMap<string, string>): void {
    for (const [about, detail] of all) {
      if (this.raised.has(`${alarm} ${about}`)) continue;
      this.raised.set(`${alarm} ${about}`, { alarm, detail });
      this.write({ state: 'raised', alarm, about, detail });
    }
    for (const [key, { alarm: name, detail }] of this.raised) {
      const about = key.slice(name.length + 1);
      if (name !== alarm || all.has(about)) continue;
      this.raised.delete(key);
      this.write({ state: 'cleared', alarm, about, detail });
    }
  }

  private write(line: Omit<ReceiverAlarmLine, 'v' | 'at'>): void {
    const whole = receiverAlarmLine.parse({ v: 1, at: new Date(this.wallMs()).toISOString(), ...line });
    const descriptor = openSync(this.file, 'a');
    try {
      writeSync(descriptor, `${JSON.stringify(whole)}\n`);
      fdatasyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  }
}
