import type { BacktestDay } from './backtest-day.js';

/** A day's result as bytes; times of ns survive exactly, as digits. */
export function encodeDay(day: BacktestDay): string {
  return `${JSON.stringify(day, (_, value) => (typeof value === 'bigint' ? String(value) : value))}\n`;
}

/** @param bytes of `encodeDay` */
export function decodeDay(bytes: Buffer): BacktestDay {
  return JSON.parse(bytes.toString('utf8'), (key, value) => (key === 'ns' ? BigInt(value) : value)) as BacktestDay;
}
