import type { Watcher } from '../day/day.js';
import { tellJournal } from './tell-journal.js';

/** Prints what happens in a day, one line each: seconds since the start, who, what. */
export function tracer(nowMs: () => number, print: (line: string) => void): Watcher {
  return {
    tell: (who, what) => {
      const words = inWords(what);
      if (words !== null) print(`${(nowMs() / 1000).toFixed(3).padStart(9)}  ${who.padEnd(9)}  ${words}`);
    },
  };
}

/** Of releases: their keys are drawn anew by each process. */
const SHA256 = /[0-9a-f]{64}/g;

/** Lines of JSON become words; those of the log, their message. */
function inWords(what: string): string | null {
  const [, name, json] = /^(journal: )?(\{.*\})$/.exec(what) ?? [];
  if (json === undefined) return what.replace(SHA256, '...');
  const value = JSON.parse(json) as Record<string, unknown>;
  if (name !== undefined) return tellJournal(value);
  return typeof value.msg === 'string' ? `log: ${value.msg.replace(SHA256, '...')}` : what;
}
