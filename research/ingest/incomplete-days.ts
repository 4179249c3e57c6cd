import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { instrumentOf, sourceOf } from '../../shared/contract/batch-stream.js';
import { streamHead } from '../../shared/contract/stream-head.js';
import { jsonOrUndefined } from '../../shared/fields/json-or-undefined.js';
import { readPlainFile } from '../../shared/node/disk/plain-file.js';
import { receivePlaces } from '../receive/receive-places.js';
import type { IncompleteDay } from './captured-days.js';
import type { DayRecord } from './day-record.js';

const HEAD_BYTES_MAX = 1 << 20;

/** Of the newest trade dates that the receiver remembers: those that are not in the store whole. */
export function incompleteDays(receiverFolder: string, records: readonly DayRecord[]): IncompleteDay[] {
  const { heads } = receivePlaces(receiverFolder);
  if (!existsSync(heads)) return [];
  const known = new Set(records.map(({ stream, tradeDate }) => `${stream} ${tradeDate}`));
  return readdirSync(heads).flatMap((name) => {
    const text = readPlainFile(path.join(heads, name), HEAD_BYTES_MAX).toString('utf8');
    const head = streamHead.safeParse(jsonOrUndefined(text)).data;
    const instrument = head && instrumentOf(head.stream);
    const source = head && sourceOf(head.stream);
    if (!head || instrument == null || source == null) return [];
    return head.days
      .filter(({ tradeDate }) => !known.has(`${head.stream} ${tradeDate}`))
      .map(({ tradeDate, isClosed }) => ({
        ...{ source, instrument, tradeDate, isClosed },
        why: isClosed ? 'received, not in the store yet' : 'not closed: more of it may be on its way',
      }));
  });
}
