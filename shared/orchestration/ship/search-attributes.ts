import { defineSearchAttributeKey } from '@temporalio/common';

/** Typed search attributes of a ship; registered at server start, filtered on in the Web UI and `temporal workflow list`. */
export const SHIP_ATTRIBUTES = {
  stage: defineSearchAttributeKey('ShipStage', 'KEYWORD'),
  instrument: defineSearchAttributeKey('Instrument', 'KEYWORD'),
  synthetic: defineSearchAttributeKey('Synthetic', 'BOOL'),
  modelVersion: defineSearchAttributeKey('ModelVersion', 'INT'),
  /** Short plain words: a query needs a live worker, a search attribute does not. */
  holdReasons: defineSearchAttributeKey('HoldReasons', 'KEYWORD_LIST'),
  shippedAt: defineSearchAttributeKey('ShippedAt', 'DATETIME'),
};
