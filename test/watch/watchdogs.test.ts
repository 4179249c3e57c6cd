import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { MONITOR_ALARMS } from '../../research/monitor/report.js';
import { ALARM_NAMES } from '../../shared/contract/alarm-line.js';
import { watchdogTable } from '../../watch/watchdog-docs.js';
import { explanationsOf, WATCHDOGS } from '../../watch/watchdogs.js';

describe('the list of watchdogs', () => {
  it('is the table of docs/alarms.md', () => {
    const text = readFileSync('docs/alarms.md', 'utf8');
    const table = /<!-- watchdogs -->\n([\s\S]*)<!-- \/watchdogs -->/.exec(text)?.[1]?.trim();
    assert.equal(table, watchdogTable(), 'run: node scripts/generate-watchdogs.mjs');
  });

  it('has each name once, and explains alarms by alarms that there are', () => {
    const names = WATCHDOGS.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    const known = new Set<string>([...names, ...ALARM_NAMES, 'ReceiverStopped']);
    for (const name of names)
      for (const cause of explanationsOf(name)) assert.ok(known.has(cause), `${name}: ${cause}`);
  });

  it('has no circle of explanations: something is always told', () => {
    for (const start of WATCHDOGS) {
      const seen = new Set<string>();
      const follow = (name: string): void => {
        for (const cause of WATCHDOGS.some((one) => one.name === name) ? explanationsOf(name) : []) {
          assert.notEqual(cause, start.name, `${start.name} explains itself`);
          if (!seen.has(cause)) {
            seen.add(cause);
            follow(cause);
          }
        }
      };
      follow(start.name);
    }
  });
});

describe('the findings of a monitored day', () => {
  it('are the table of docs/monitoring.md', () => {
    const text = readFileSync('docs/monitoring.md', 'utf8');
    const listed = [...text.matchAll(/^\| `([A-Z]\w+)` \| (?:page|warn) \|/gm)].map(([, name]) => name);
    assert.deepEqual([...listed].sort(), [...MONITOR_ALARMS].sort());
  });
});
