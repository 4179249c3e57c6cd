import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { type Alarm, fingerprintOf } from '../shared/alarm/alarm.js';
import { BadInput } from '../shared/failure.js';
import { jsonOrUndefined } from '../shared/fields/json-or-undefined.js';
import { replaceFile } from '../shared/node/disk/replace-file.js';

const silence = z.strictObject({
  id: z.string(),
  /** What it is about: a fingerprint, the beginning of one with * behind, or * for a maintenance window. */
  matching: z.string().min(1).max(300),
  by: z.string().min(1).max(200),
  reason: z.string().min(1).max(500),
  from: z.iso.datetime(),
  until: z.iso.datetime(),
});
export type Silence = Readonly<z.infer<typeof silence>>;
export type Silences = readonly Silence[];
const file = z.strictObject({ v: z.literal(1), silences: z.array(silence).max(1000) });

/** @throws BadInput where the file is damaged: what was to be silent is not silent in silence */
export function readSilences(place: string): Silence[] {
  if (!existsSync(place)) return [];
  const parsed = file.safeParse(jsonOrUndefined(readFileSync(place, 'utf8')));
  if (!parsed.success) throw new BadInput(place, undefined, 'is no list of silences', 'remove it and set them again');
  return parsed.data.silences;
}

export function addSilence(place: string, one: Silence): void {
  replaceFile(place, `${JSON.stringify(file.parse({ v: 1, silences: [...readSilences(place), one] }))}\n`, 0o600);
}

/** @returns false where there is none of that id */
export function endSilence(place: string, id: string, nowMs: number): boolean {
  const all = readSilences(place);
  if (!all.some((one) => one.id === id)) return false;
  const until = new Date(nowMs).toISOString();
  const silences = all.map((one) => (one.id === id && one.until > until ? { ...one, until } : one));
  replaceFile(place, `${JSON.stringify({ v: 1, silences })}\n`, 0o600);
  return true;
}

/** @returns until when (wall ms) an alarm is told to nobody; null where it is told */
export function isSilenced(
  silences: Silences,
  one: Pick<Alarm, 'tier' | 'name' | 'about'>,
  nowMs: number,
): number | null {
  const fingerprint = fingerprintOf(one);
  const ends = silences
    .filter(({ from, until }) => Date.parse(from) <= nowMs && nowMs < Date.parse(until))
    .filter(({ matching }) =>
      matching.endsWith('*') ? fingerprint.startsWith(matching.slice(0, -1)) : fingerprint === matching,
    )
    .map(({ until }) => Date.parse(until));
  return ends.length === 0 ? null : Math.max(...ends);
}
