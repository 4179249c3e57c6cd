import { CONTRACTS_MAX } from '../../fields/contracts.js';
import { Side } from '../events/event-batch.js';

export const DepthCommand = { none: 0, clear: 1, deleteBid: 6, deleteAsk: 7 } as const;
export const END_OF_BATCH = 1;
const COMMAND_MAX = 7;

/** A record of a depth file. Times are read by `unixUsAt`. */
export interface DepthRecord {
  command: number;
  isLast: boolean;
  orders: number;
  price: number;
  /** Contracts. */
  size: number;
}

export function emptyDepthRecord(): DepthRecord {
  return { command: 0, isLast: false, orders: 0, price: 0, size: 0 };
}

/** Reads the record at `at` into `record`: one object for a whole file. */
export function readDepthRecord(bytes: Buffer, at: number, record: DepthRecord): void {
  record.command = bytes[at + 8]!;
  record.isLast = (bytes[at + 9]! & END_OF_BATCH) !== 0;
  record.orders = bytes.readUInt16LE(at + 10);
  record.price = bytes.readFloatLE(at + 12);
  record.size = bytes.readUInt32LE(at + 16);
}

/** Whether it changes a level, and not the book as a whole. */
export function changesLevel({ command }: DepthRecord): boolean {
  return command > DepthCommand.clear;
}

/** Even commands are about bids. */
export function sideOfCommand({ command }: DepthRecord): Side {
  return command % 2 === 0 ? Side.bid : Side.ask;
}

export function removesLevel({ command }: DepthRecord): boolean {
  return command >= DepthCommand.deleteBid;
}

/** Why a record is none, its time and price apart; null where it may be one. */
export function depthFault({ command, size }: DepthRecord): string | null {
  if (command > COMMAND_MAX) return `command ${command} is not known`;
  return size > CONTRACTS_MAX ? `its quantity is ${size}, more than ${CONTRACTS_MAX}` : null;
}
