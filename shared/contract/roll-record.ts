import { z } from 'zod';

const contract = z.string().min(1).max(40);
const tradeDate = z.iso.date();

/**
 * One line of `broker/roll.jsonl`: from this line on another contract is traded. The newest line says which; a line that is
 * torn says nothing.
 */
export const rollRecord = z.object({
  v: z.literal(1),
  kind: z.literal('rolled'),
  /** Wall time. */
  at: z.iso.datetime(),
  marketTime: z.iso.datetime(),
  /** `instrument.localSymbol` of the settings at that time: once a person writes another there, that one is traded. */
  configured: contract,
  from: contract,
  to: contract,
  fromLastTradeDate: tradeDate,
  toLastTradeDate: tradeDate,
  /** By the rule. */
  rollDate: tradeDate,
  /** The first trade date whose regular hours are traded in the new contract. */
  firstTradeDate: tradeDate,
  /** `rule`, or the operator who asked for it. */
  by: z.string().min(1).max(200),
  reason: z.string().min(1).max(2000),
});
export type RollRecord = Readonly<z.infer<typeof rollRecord>>;

/** The change that holds for these settings; null before the first, and where a person has written another contract there since. */
export function rollInForce(records: readonly RollRecord[], configured: string): RollRecord | null {
  const newest = records.at(-1);
  return newest?.configured === configured ? newest : null;
}
