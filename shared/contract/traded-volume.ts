import { z } from 'zod';

const count = z.number().int().nonnegative();

/** What was traded of a contract on a trade date, counted from a capture that research has acknowledged whole. */
export const tradedVolume = z.strictObject({
  instrument: z.string().min(1).max(40),
  tradeDate: z.iso.date(),
  /** Contracts; null where the capture cannot be counted. */
  volume: z.number().nonnegative().nullable(),
  /** Of its regular hours, without any event: the capture came late, stood still or ended early. */
  missingSeconds: count,
  /** Lines that were acknowledged: others that come later make it another count. */
  rows: count,
  /** Why it cannot be counted. */
  problem: z.string().nullable(),
});
export type TradedVolume = Readonly<z.infer<typeof tradedVolume>>;

/** `broker/seal/volumes.json`: the newest counts, which the broker worker writes and the bridge decides by. */
export const tradedVolumes = z.strictObject({ v: z.literal(1), volumes: z.array(tradedVolume).max(1000) });
