import { z } from 'zod';

/** Lower-case hex sha256 of raw bytes. */
export const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits');

/** What Temporal carries instead of data: where the bytes are, and what they must hash to. */
export const reference = z.object({ uri: z.string().min(1), sha256: sha256Hex, bytes: z.number().int().nonnegative() });
export type Reference = Readonly<z.infer<typeof reference>>;
