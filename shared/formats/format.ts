/** A kind of file that the product writes: where it lies, and what says how it is to be read. */
export interface Format {
  /** Places in a home by `/`: `*` is anything but `/`, `**` anything. None where it lies outside a home. */
  readonly at: readonly string[];
  readonly holds: string;
  /** A number in the file itself; or, in words, what else says how it is to be read. */
  readonly version: Stamp | string;
  /** The module that reads it, from the root of the repository. */
  readonly readBy: string;
}

/** The version that a file says itself. A file from before there were versions in its kind says none, and is of version 1. */
export interface Stamp {
  readonly field: 'v' | 'version';
  readonly newest: number;
  /** Versions that this build reads. */
  readonly reads: readonly number[];
  /** One for all of it, one in its first line alone, or one in each line. */
  readonly in: 'document' | 'first line' | 'each line';
  /** Files of before the first version was written into them are there. */
  readonly mayBeAbsent: boolean;
  /**
   * What refuses a file from the future. The start: no process and no command works on a home that has one. The reader: of these there are
   * too many to look into each at every start, and whoever opens one looks.
   */
  readonly refusedBy: 'start' | 'reader';
}

type Further = Partial<Omit<Stamp, 'field' | 'in'>>;

/** One JSON document. */
export function document(field: Stamp['field'], further: Further = {}): Stamp {
  return { ...USUAL, ...further, field, in: 'document' };
}

/** JSON lines of which each says its version. */
export function lines(field: Stamp['field'], further: Further = {}): Stamp {
  return { ...USUAL, ...further, field, in: 'each line' };
}

/** A first line of JSON that says how the rest is to be read. */
export function firstLine(field: Stamp['field'], further: Further = {}): Stamp {
  return { ...USUAL, ...further, field, in: 'first line' };
}

const USUAL = { newest: 1, reads: [1], mayBeAbsent: false, refusedBy: 'start' } as const;

/** Whether a place of a home is one of a format. */
export function liesAt(place: string, { at }: Pick<Format, 'at'>): boolean {
  return at.some((pattern) => expressionOf(pattern).test(place));
}

const expressions = new Map<string, RegExp>();

function expressionOf(pattern: string): RegExp {
  const known = expressions.get(pattern);
  if (known) return known;
  const source = pattern
    .split(/(\*\*|\*)/)
    .map((part) => (part === '**' ? '.*' : part === '*' ? '[^/]*' : part.replaceAll('.', '\\.')))
    .join('');
  const made = new RegExp(`^${source}$`);
  expressions.set(pattern, made);
  return made;
}
