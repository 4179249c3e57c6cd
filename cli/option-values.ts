import { InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { plainNumberOf } from '../shared/fields/plain-number.js';

/** What commander calls with the text of an option or argument; it puts the name in front of what is wrong. */
type Parse<T> = (text: string) => T;

/** Whole numbers, both bounds included. */
export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER): Parse<number> {
  const range = max === Number.MAX_SAFE_INTEGER ? `${min} or more` : `from ${min} to ${max}`;
  return (text) => {
    const value = plainNumberOf(text);
    // 5.0 is a whole number to JavaScript, and 9007199254740993 another one than is written.
    if (/^-?\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`give a whole number, ${range}, as digits`);
  };
}

/** Any number from `min` on. */
export function plainNumber(min = Number.NEGATIVE_INFINITY): Parse<number> {
  return (text) => {
    const value = plainNumberOf(text);
    if (value >= min) return value;
    throw new InvalidArgumentError(
      `give a number${min === Number.NEGATIVE_INFINITY ? '' : `, ${min} or more,`} such as 0.5`,
    );
  };
}

/** Any number above 0. */
export function positiveNumber(text: string): number {
  const value = plainNumberOf(text);
  if (value > 0) return value;
  throw new InvalidArgumentError('give a number above 0, such as 0.01');
}

/** A day that there is. */
export function isoDate(text: string): string {
  if (z.iso.date().safeParse(text).success) return text;
  throw new InvalidArgumentError('give a day that there is, such as 2025-07-03');
}

const isoDateTime = z.iso.datetime({ offset: true });

/** A month, such as 2026-11. */
export function isoMonth(text: string): string {
  if (/^\d{4}-(0[1-9]|1[0-2])$/.test(text)) return text;
  throw new InvalidArgumentError('it is no month, such as 2026-11');
}

/** ms since the epoch. Time zones are asked for, because a time without one means another moment on every machine. */
export function isoTimeMs(text: string): number {
  if (isoDateTime.safeParse(text).success) return Date.parse(text);
  throw new InvalidArgumentError('give a time that there is, with its zone, such as 2025-07-03T18:00:00Z');
}

/** The sha256 of something, or enough of its beginning. */
export function hashBeginning(text: string): string {
  if (/^[0-9a-f]{8,64}$/.test(text)) return text;
  throw new InvalidArgumentError('must be 8 to 64 hexadecimal digits, as a sha256 begins.');
}
