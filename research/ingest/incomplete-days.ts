import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { instrumentOf, sourceOf } from '../../shared/contract/batch-stream.js';
import { readStreamHead } from '../../shared/node/contract/stream-head-file.js';
import { receivePlaces } from '../receive/receive-places.js';
import type { IncompleteDay } from './captured-days.js';
import type { DayRecord } from './day-record.js';

/** Of the newest trade dates that the receiver remembers: those that are not in the store whole. */
export function incompleteDays(receiverFolder: string, records: readonly DayRecord[]): IncompleteDay[] {
  const { heads } = receivePlaces(receiverFolder);
  if (!existsSync(heads)) return [];
  const known = new Set(records.map(({ stream, tradeDate }) => `${stream} ${tradeDate}`));
  return readdirSync(heads).flatMap((name) => {
    const head = readStreamHead(path.join(heads, name));
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
