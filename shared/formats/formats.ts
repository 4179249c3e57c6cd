import { BROKER_FORMATS } from './broker-formats.js';
import { type Format, liesAt, type Stamp } from './format.js';
import { HOME_FORMATS } from './home-formats.js';
import { RESEARCH_FORMATS } from './research-formats.js';

const ALL = { ...HOME_FORMATS, ...BROKER_FORMATS, ...RESEARCH_FORMATS } as const;
export type FormatName = keyof typeof ALL;

/** Every kind of file that the product writes. */
export const FORMATS: Readonly<Record<FormatName, Format>> = ALL;

type Stamped = { [N in FormatName]: (typeof ALL)[N]['version'] extends Stamp ? N : never }[FormatName];
/** Formats whose files say their version. */
export type StampedName = Stamped;

export const FORMAT_NAMES = Object.keys(ALL) as readonly FormatName[];

export function isStamped(name: FormatName): name is StampedName {
  return typeof FORMATS[name].version !== 'string';
}

export function stampOf(name: StampedName): Stamp {
  return FORMATS[name].version as Stamp;
}

/** The format of a file of a home; the one with the longest pattern where several could be meant. Null for a file of no known kind. */
export function formatAt(place: string): FormatName | null {
  return BY_PATTERN.find(({ pattern }) => liesAt(place, { at: [pattern] }))?.name ?? null;
}

const BY_PATTERN = FORMAT_NAMES.flatMap((name) => FORMATS[name].at.map((pattern) => ({ name, pattern }))).sort(
  (a, b) => exactness(b.pattern) - exactness(a.pattern),
);

/** What is of one moment is so wherever it lies. */
function exactness(pattern: string): number {
  return pattern.startsWith('**') ? Number.POSITIVE_INFINITY : pattern.replaceAll('*', '').length;
}
