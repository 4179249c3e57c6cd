import { defineSearchAttributeKey, type SearchAttributeType } from '@temporalio/common';

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

const CLI_TYPE: Record<SearchAttributeType, string> = {
  TEXT: 'Text',
  KEYWORD: 'Keyword',
  INT: 'Int',
  DOUBLE: 'Double',
  BOOL: 'Bool',
  DATETIME: 'Datetime',
  KEYWORD_LIST: 'KeywordList',
};

/** Name and type as the server's registration calls spell them. */
export const REGISTERED_ATTRIBUTES: readonly { name: string; type: string }[] = Object.values(SHIP_ATTRIBUTES).map(
  ({ name, type }) => ({ name, type: CLI_TYPE[type] }),
);
