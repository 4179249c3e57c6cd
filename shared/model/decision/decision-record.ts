import { z } from 'zod';
import { encodeFloat32 } from '../heads/golden-rows.js';
import { headName } from '../heads/head.js';
import type { Decision } from './decision.js';

/** A decision as the bridge and a replay write it down: one JSON line, vectors as float32 little-endian base64. */
export const decisionRecord = z.object({
  v: z.literal(1),
  kind: z.literal('decision'),
  seq: z.number(),
  /** ns since the epoch. */
  ts: z.string().regex(/^\d{1,19}$/),
  spreadTicks: z.number().nullable(),
  edgeTicks: z.number(),
  targetContracts: z.number().int(),
  reason: z.string(),
  outputs: z.array(z.object({ name: headName, features: z.base64(), probabilities: z.base64() })),
});
export type DecisionRecord = Readonly<z.infer<typeof decisionRecord>>;

export function recordOf(decision: Decision): DecisionRecord {
  const { seq, tsRecvNs, outputs, spreadTicks, edgeTicks, targetContracts, reason } = decision;
  return {
    v: 1,
    kind: 'decision',
    seq,
    ts: String(tsRecvNs),
    spreadTicks: Number.isNaN(spreadTicks) ? null : spreadTicks,
    edgeTicks,
    targetContracts,
    reason,
    outputs: outputs.map(({ name, features, probabilities }) => ({
      name,
      features: encodeFloat32(features),
      probabilities: encodeFloat32(probabilities),
    })),
  };
}

/** The same to the bit; a record holds nothing that a line of JSON would round. */
export function isSameRecord(a: DecisionRecord, b: DecisionRecord): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
