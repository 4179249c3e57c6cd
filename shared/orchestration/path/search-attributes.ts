import { defineSearchAttributeKey } from '@temporalio/common';

/** Typed search attributes of what travels back from the broker. */
export const PATH_ATTRIBUTES = {
  state: defineSearchAttributeKey('CaptureState', 'KEYWORD'),
  tradeDate: defineSearchAttributeKey('TradeDate', 'KEYWORD'),
  /** Seconds from sealing to the verified batch on research, of the newest that arrived. */
  lagSeconds: defineSearchAttributeKey('LagSeconds', 'DOUBLE'),
};
