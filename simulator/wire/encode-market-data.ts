import { decimal } from './decimal.js';
import type { Field } from './frame.js';

/** Tick types of live data; delayed data has its own numbers. */
export const TICK = {
  bidSize: 0,
  bid: 1,
  ask: 2,
  askSize: 3,
  last: 4,
  lastSize: 5,
  high: 6,
  low: 7,
  volume: 8,
  close: 9,
  open: 14,
  lastTimestamp: 45,
  rtVolume: 48,
} as const;
export type Tick = keyof typeof TICK;

const DELAYED_TICK: Record<Tick, number> = {
  bidSize: 69,
  bid: 66,
  ask: 67,
  askSize: 70,
  last: 68,
  lastSize: 71,
  high: 72,
  low: 73,
  volume: 74,
  close: 75,
  open: 76,
  lastTimestamp: 88,
  rtVolume: 48,
};

export const tickNumber = (tick: Tick, delayed: boolean): number => (delayed ? DELAYED_TICK : TICK)[tick];

export const encodeTickPrice = (reqId: number, tick: number, price: number, size: number): Field[] => [
  1,
  6,
  reqId,
  tick,
  decimal(price),
  size,
  0,
];
export const encodeTickSize = (reqId: number, tick: number, size: number): Field[] => [2, 6, reqId, tick, size];
export const encodeTickString = (reqId: number, tick: number, text: string): Field[] => [46, 6, reqId, tick, text];
export const encodeSnapshotEnd = (reqId: number): Field[] => [57, 1, reqId];
export const encodeMarketDataType = (reqId: number, type: number): Field[] => [58, 1, reqId, type];
export const encodeTickReqParams = (reqId: number, minTick: number, exchange: string): Field[] => [
  81,
  reqId,
  decimal(minTick),
  exchange,
  3,
];

/** operation: 0 insert, 1 update, 2 delete; side: 0 ask, 1 bid. */
export function encodeDepth(
  reqId: number,
  position: number,
  operation: number,
  side: number,
  price: string,
  size: number,
): string {
  return `12\x001\0${reqId}\0${position}\0${operation}\0${side}\0${price}\0${size}\0`;
}

export const encodeTickByTickTrade = (
  reqId: number,
  type: 1 | 2,
  nowMs: number,
  price: number,
  size: number,
  exchange: string,
): Field[] => [99, reqId, type, Math.floor(nowMs / 1000), decimal(price), size, 0, exchange, ''];
export const encodeTickByTickQuote = (
  reqId: number,
  nowMs: number,
  bid: number,
  ask: number,
  bidSize: number,
  askSize: number,
): Field[] => [99, reqId, 3, Math.floor(nowMs / 1000), decimal(bid), decimal(ask), bidSize, askSize, 0];
export const encodeTickByTickMid = (reqId: number, nowMs: number, mid: number): Field[] => [
  99,
  reqId,
  4,
  Math.floor(nowMs / 1000),
  decimal(mid),
];

/** Exchanges with depth; the aggregation group must be a number, unset is 2147483647. */
export function encodeDepthExchanges(exchanges: readonly string[]): Field[] {
  return [80, exchanges.length, ...exchanges.flatMap((exchange) => [exchange, 'FUT', '', 'Deep', 2147483647])];
}
