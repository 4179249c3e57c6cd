import { CONTRACTS_MAX } from '../../fields/contracts.js';
import { Side } from '../events/event-batch.js';
import { isPrice } from './sierra-file.js';

/** Values of `open` that mark the first and the last part of a trade that was reported in parts. */
export const UNBUNDLED = { first: Math.fround(-1.99900095e37), last: Math.fround(-1.99900197e37) } as const;

/** A tick: a record of an intraday file whose `open` says so. Times are read by `unixUsAt`. */
export interface ScidTick {
  open: number;
  ask: number;
  bid: number;
  price: number;
  trades: number;
  /** Contracts. */
  volume: number;
  bidVolume: number;
  askVolume: number;
}

export function emptyTick(): ScidTick {
  return { open: 0, ask: 0, bid: 0, price: 0, trades: 0, volume: 0, bidVolume: 0, askVolume: 0 };
}

/** Reads the record at `at` into `tick`: one object for a whole file. */
export function readTick(bytes: Buffer, at: number, tick: ScidTick): void {
  tick.open = bytes.readFloatLE(at + 8);
  tick.ask = bytes.readFloatLE(at + 12);
  tick.bid = bytes.readFloatLE(at + 16);
  tick.price = bytes.readFloatLE(at + 20);
  tick.trades = bytes.readUInt32LE(at + 24);
  tick.volume = bytes.readUInt32LE(at + 28);
  tick.bidVolume = bytes.readUInt32LE(at + 32);
  tick.askVolume = bytes.readUInt32LE(at + 36);
}

/** Why a record is no tick; null where it is one. */
export function tickFault(tick: ScidTick): string | null {
  const { open, price, trades, volume, bidVolume, askVolume } = tick;
  if (open !== 0 && open !== UNBUNDLED.first && open !== UNBUNDLED.last) return 'is a bar, not a tick';
  if (!isPrice(price)) return `its price is ${price}`;
  // Whether any of them has its highest bit costs nothing; which one it is, is asked where one has.
  return (trades | volume | bidVolume | askVolume) >= 0 ? null : countFault(tick);
}

function countFault({ trades, volume, bidVolume, askVolume }: ScidTick): string | null {
  const counts = { trades, volume, 'bid volume': bidVolume, 'ask volume': askVolume };
  const odd = Object.entries(counts).find(([, count]) => count > CONTRACTS_MAX);
  return odd ? `its ${odd[0]} is ${odd[1]}, more than ${CONTRACTS_MAX}` : null;
}

/** Who took the price; nobody where the record does not say, or says both. */
export function aggressorOf({ bidVolume, askVolume }: ScidTick): Side {
  if (askVolume > 0 && bidVolume === 0) return Side.bid;
  return bidVolume > 0 && askVolume === 0 ? Side.ask : Side.none;
}
