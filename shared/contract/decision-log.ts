import { z } from 'zod';
import { decisionRecord } from '../model/decision/decision-record.js';

const v = z.literal(1);
const afterEventSeq = z.number();

/** Lines of the decision log that are no decision: what a replay needs besides the captured events, and refused orders. */
const others = [
  /** The lines from here on are of this contract. Written where a bridge goes from one to the next, first in each file. */
  z.object({ v, kind: z.literal('contract'), instrument: z.string() }),
  /** A pipeline with no memory begins after this event. */
  z.object({ v, kind: z.literal('start'), afterEventSeq }),
  z.object({
    ...{ v, kind: z.literal('heads'), afterEventSeq, modelVersion: z.number().int().positive() },
    payloadSha256: z.string().optional(),
    heads: z.array(z.object({ name: z.string(), onnxSha256: z.string() })).optional(),
  }),
  /** A bar that came from elsewhere than the captured trades. */
  z.object({
    ...{ v, kind: z.literal('bar'), afterEventSeq },
    bar: z.object({
      ...{ openMs: z.number(), open: z.number(), high: z.number(), low: z.number(), close: z.number() },
      volume: z.number().nullable(),
    }),
  }),
  /** An order that the risk rules refused. */
  z.object({ v, kind: z.literal('refused'), seq: z.number(), rule: z.string(), reason: z.string() }),
] as const;

/** A line of `broker/journal/decisions-<trade date>.jsonl`. */
export const decisionLogLine = z.discriminatedUnion('kind', [decisionRecord, ...others]);
export type DecisionLogLine = Readonly<z.infer<typeof decisionLogLine>>;

export function decisionLogFile(tradeDate: string): string {
  return `decisions-${tradeDate}.jsonl`;
}

/** @returns the trade date; null for any other file */
export function tradeDateOfDecisionLog(file: string): string | null {
  return /^decisions-(\d{4}-\d\d-\d\d)\.jsonl$/.exec(file)?.[1] ?? null;
}

/** Those of a contract, of one file or of files in their order; a line before any that names a contract is anybody's. */
export function linesOfContract(lines: readonly DecisionLogLine[], instrument: string): DecisionLogLine[] {
  let current: string | null = null;
  return lines.filter((line) => {
    if (line.kind === 'contract') current = line.instrument;
    return current === null || current === instrument;
  });
}
