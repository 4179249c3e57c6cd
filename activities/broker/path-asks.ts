import { z } from 'zod';
import { streamPlaces } from '../../shared/orchestration/path/asks.js';
import { instrumentName } from '../../shared/orchestration/path/messages.js';

const tradeDate = z.iso.date();

export const captureAsk = z.object({ instrument: instrumentName.optional(), tradeDate: tradeDate.optional() });
export const journalDayAsk = z.object({ tradeDate: tradeDate.optional() });
export const journalsAsk = z.object({ tradeDate, close: z.boolean() });
export const receiptsAsk = z.object({ streams: streamPlaces });
