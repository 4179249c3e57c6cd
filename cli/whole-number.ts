import { UsageFailure } from '../shared/failure.js';

/** The number that an option was given. @throws UsageFailure naming the option where it is no whole number from 0 to `max` */
export function wholeNumber(option: string, text: string, max: number): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < 0 || value > max)
    throw new UsageFailure(`${option} '${text}' is not a whole number from 0 to ${max}`);
  return value;
}
