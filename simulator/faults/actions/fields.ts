import { z } from 'zod';

/** Fields that many actions share. */
export const positive = z.number().int().positive();
export const ms = z.number().int().nonnegative().max(86_400_000);
/** How often it strikes. */
export const times = positive.default(1);
/** Which client it strikes; undefined: everyone. */
export const clientId = z.number().int().nonnegative().optional();
/** Exchange symbol of the contract, such as ESZ5; undefined: the first that is played. */
export const instrument = z.string().optional();
export const side = z.enum(['BUY', 'SELL']);
