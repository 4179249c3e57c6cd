import { z } from 'zod';

/** page: wakes somebody. warn: waits for the morning. */
export const SEVERITIES = ['page', 'warn'] as const;
export type Severity = (typeof SEVERITIES)[number];

export const TIERS = ['broker', 'research'] as const;
export type Tier = (typeof TIERS)[number];

const text = z.string().max(1000);

/** Something that should be and is not, or is and should not be. The same one always has the same fingerprint. */
export const alarm = z.strictObject({
  tier: z.enum(TIERS),
  /** As docs/alarms.md lists it. */
  name: z.string().regex(/^[A-Z][A-Za-z0-9]{1,59}$/, 'names an alarm, such as BridgeSilent'),
  /** Which one, where there can be several; '' else. */
  about: z.string().max(200),
  severity: z.enum(SEVERITIES),
  /** Plain words. */
  detail: text,
  /** The next step. */
  look: text,
  /** Wall time since which it is so. */
  since: z.iso.datetime(),
});
export type Alarm = Readonly<z.infer<typeof alarm>>;

/** What makes two alarms the same; part of a workflow's id. */
export function fingerprintOf({ tier, name, about }: Pick<Alarm, 'tier' | 'name' | 'about'>): string {
  const which = about.replace(/[^A-Za-z0-9._-]+/g, '-').slice(0, 80);
  return which === '' ? `${tier}/${name}` : `${tier}/${name}/${which}`;
}
