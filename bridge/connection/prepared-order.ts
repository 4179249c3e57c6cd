import type { OrderSide } from '../../shared/contract/order-journal.js';
import type { OrderTerms } from './gateway-order.js';
import { NUMBER_BYTES_MAX, putNumber } from './put-number.js';

/** Bytes before the fields of a message: the length of what follows, big-endian. */
export const LENGTH_BYTES = 4;
const SIDES: Record<OrderSide, Buffer> = { BUY: Buffer.from('BUY\0'), SELL: Buffer.from('SELL\0') };
const TYPES: Record<OrderTerms['orderType'], Buffer> = { LMT: Buffer.from('LMT\0'), MKT: Buffer.from('MKT\0') };
/** Action, quantity, type and price, each with its NUL. */
const DECIDED_BYTES_MAX = 5 + (NUMBER_BYTES_MAX + 1) + 4 + (NUMBER_BYTES_MAX + 1);

/**
 * The message of one order, all but what a decision says written in advance: `fill` writes side, quantity, type and price
 * backwards from the fixed tail and copies the head before them. It makes one view of its buffer and no other object.
 */
export class PreparedOrder {
  private readonly bytes: Buffer;
  private readonly headBytes: number;
  private readonly tailAt: number;

  /**
   * @param head the fields before the order's action, each with its NUL; latin1, a character a byte
   * @param tail the fields after its limit price, likewise
   */
  constructor(head: string, tail: string) {
    this.headBytes = LENGTH_BYTES + head.length;
    // The head is kept in front of the widest message, where none overwrites it.
    this.tailAt = this.headBytes + this.headBytes + DECIDED_BYTES_MAX;
    this.bytes = Buffer.alloc(this.tailAt + tail.length);
    this.bytes.write(head, LENGTH_BYTES, 'latin1');
    this.bytes.write(tail, this.tailAt, 'latin1');
  }

  /**
   * The whole message, byte for byte what the library would write for `gatewayOrder` of these terms.
   * @param limitPrice points; null: the field stays empty, as it must for a market order
   * @returns a view of this order's own buffer, valid until the next `fill`. Once it was handed to a socket `fill` must
   * not be called again: the socket may still read from it.
   */
  fill(side: OrderSide, contracts: number, orderType: OrderTerms['orderType'], limitPrice: number | null): Buffer {
    const { bytes, headBytes } = this;
    let at = this.tailAt - 1;
    bytes[at] = 0;
    // The library takes the largest of all numbers for none.
    if (limitPrice !== null && limitPrice !== Number.MAX_VALUE) at = putNumber(bytes, at, limitPrice);
    at = putBytes(bytes, at, TYPES[orderType]) - 1;
    bytes[at] = 0;
    at = putBytes(bytes, putNumber(bytes, at, contracts), SIDES[side]) - headBytes;
    bytes.copyWithin(at, 0, headBytes);
    bytes.writeUInt32BE(bytes.length - at - LENGTH_BYTES, at);
    return bytes.subarray(at);
  }
}

/** @returns where they begin */
function putBytes(bytes: Buffer, end: number, what: Buffer): number {
  const start = end - what.length;
  for (let i = 0; i < what.length; i++) bytes[start + i] = what[i]!;
  return start;
}
