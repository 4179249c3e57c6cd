import type { SearchAttributeType } from '@temporalio/common';
import { ALARM_ATTRIBUTES } from './alarm/search-attributes.js';
import { PATH_ATTRIBUTES } from './path/search-attributes.js';
import { SHIP_ATTRIBUTES } from './ship/search-attributes.js';

const CLI_TYPE: Record<SearchAttributeType, string> = {
  TEXT: 'Text',
  KEYWORD: 'Keyword',
  INT: 'Int',
  DOUBLE: 'Double',
  BOOL: 'Bool',
  DATETIME: 'Datetime',
  KEYWORD_LIST: 'KeywordList',
};

/** Every search attribute that workflows set, by name and type as the server's registration calls spell them. */
export const REGISTERED_ATTRIBUTES: readonly { name: string; type: string }[] = [
  ...Object.values(SHIP_ATTRIBUTES),
  ...Object.values(PATH_ATTRIBUTES),
  ...Object.values(ALARM_ATTRIBUTES),
].map(({ name, type }) => ({ name, type: CLI_TYPE[type] }));
