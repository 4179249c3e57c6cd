import type { Contract, Order as GatewayOrder } from '@stoqey/ib';
import { gatewayOrder, type OrderTerms } from './gateway-order.js';
import { LENGTH_BYTES, PreparedOrder } from './prepared-order.js';

/** The frame that the library would write for an order; null where it would write none. */
export type LibraryOrder = (orderId: number, contract: Contract, order: GatewayOrder) => Buffer | null;

/** What surrounds the fields that differ from order to order; every field with its NUL; latin1, a character a byte. */
interface Template {
  readonly beforeId: string;
  readonly afterId: string;
  readonly beforeRef: string;
  readonly afterRef: string;
}

interface Sample {
  readonly orderId: number;
  readonly orderRef: string;
  readonly terms: OrderTerms;
}

/** Values that no field has by chance. */
const MARKED: Sample = {
  ...{ orderId: 1_987_654_321, orderRef: 'a reference that marks its field' },
  terms: { side: 'BUY', contracts: 98_765, orderType: 'LMT', limitPrice: -87_654.25 },
};

/** Orders unlike the marked one, in each field and in length: a template that gives the library's bytes for all is right. */
const PROBES: readonly Sample[] = [
  MARKED,
  ...(['BUY', 'SELL'] as const).flatMap((side): Sample[] => [
    { orderId: 1, orderRef: 'r', terms: { side, contracts: 1, orderType: 'LMT', limitPrice: 5e-7 } },
    { orderId: 20_304, orderRef: 'another', terms: { side, contracts: 500, orderType: 'LMT', limitPrice: 2900.25 } },
    { orderId: 20_305, orderRef: 'no-price', terms: { side, contracts: 12, orderType: 'MKT', limitPrice: null } },
    { orderId: 7, orderRef: '0', terms: { side, contracts: 3, orderType: 'LMT', limitPrice: 0 } },
  ]),
];

/** Action, quantity, type and price stand together. */
const DECIDED_FIELDS = 4;

/** NUL would end a field, and what is not ASCII is more than one byte: such a reference is left to the library. */
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;

/**
 * Prepares orders of one account in one contract, for one session. Where the fields stand in the message, and what
 * stands in the others, is what the library writes at the session's server version.
 */
export class OrderEncoder {
  private constructor(private readonly template: Template) {}

  /** @returns null where the library's message is not understood, or one of the probes differs: orders go through the library */
  static of(library: LibraryOrder, account: string, contract: Contract): OrderEncoder | null {
    const frameOf = ({ orderId, orderRef, terms }: Sample) =>
      library(orderId, contract, gatewayOrder(account, orderRef, terms));
    const marked = frameOf(MARKED);
    if (marked === null) return null;
    const encoder = new OrderEncoder(templateOf(marked));
    return PROBES.every((probe) => encoder.writes(probe, frameOf(probe))) ? encoder : null;
  }

  /**
   * All of an order's message that is known before the decision. Takes tens of microseconds; call it ahead of time.
   * @param orderId reserved for this order: never prepare or send another one with it
   * @returns null where the library must write this order: an id or reference that is not plain
   */
  prepare(orderId: number, orderRef: string): PreparedOrder | null {
    if (!Number.isSafeInteger(orderId) || orderId < 0 || !PRINTABLE_ASCII.test(orderRef)) return null;
    const { beforeId, afterId, beforeRef, afterRef } = this.template;
    return new PreparedOrder(`${beforeId}${orderId}\0${afterId}`, `${beforeRef}${orderRef}\0${afterRef}`);
  }

  private writes({ orderId, orderRef, terms }: Sample, expected: Buffer | null): boolean {
    const { side, contracts, orderType, limitPrice } = terms;
    const written = this.prepare(orderId, orderRef)?.fill(side, contracts, orderType, limitPrice);
    return expected !== null && written?.equals(expected) === true;
  }
}

/** Splits the marked message around its marks. Whether they stood where they should is for the probes to tell. */
function templateOf(frame: Buffer): Template {
  const fields = frame.toString('latin1', LENGTH_BYTES, frame.length - 1).split('\0');
  const idAt = fields.indexOf(String(MARKED.orderId));
  const actionAt = fields.indexOf(String(MARKED.terms.contracts)) - 1;
  const afterPrice = actionAt + DECIDED_FIELDS;
  const refAt = fields.indexOf(MARKED.orderRef);
  const text = (from: number, to?: number) =>
    fields
      .slice(from, to)
      .map((field) => `${field}\0`)
      .join('');
  return {
    ...{ beforeId: text(0, idAt), afterId: text(idAt + 1, actionAt) },
    ...{ beforeRef: text(afterPrice, refAt), afterRef: text(refAt + 1) },
  };
}
