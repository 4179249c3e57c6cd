import { z } from 'zod';
import { type RiskLimits, riskConfig } from '../config/risk.js';
import { BadInput } from '../failure.js';
import { type DsseEnvelope, dsseEnvelope } from '../trust/dsse.js';
import { actOf } from '../trust/operator-act.js';

/**
 * A line of `broker/trust/acts.jsonl`: what operators wanted of this bridge and it has obeyed, as they signed it. By it a
 * statement is never obeyed twice, and the newest limits are those that hold. The limits of the first start, which nobody
 * has signed, stand in plain words.
 */
export const acceptedAct = z.union([
  z.strictObject({ v: z.literal(1), at: z.iso.datetime(), signed: dsseEnvelope }),
  z.strictObject({ v: z.literal(1), at: z.iso.datetime(), firstLimits: riskConfig }),
]);
export type AcceptedAct = Readonly<z.infer<typeof acceptedAct>>;

/** @throws BadInput for a line that is none */
export function acceptedActs(file: string, lines: readonly unknown[]): AcceptedAct[] {
  return lines.map((line, index) => {
    const parsed = acceptedAct.safeParse(line);
    if (parsed.success) return parsed.data;
    throw new BadInput(file, `line ${index + 1}`, 'is no act of an operator', 'restore the file from a backup');
  });
}

/** The limits accepted last, and whether an operator has signed them; null before the first start. */
export function acceptedLimits(acts: readonly AcceptedAct[]): { limits: RiskLimits; signedBy: string | null } | null {
  for (const act of acts.toReversed()) {
    if ('firstLimits' in act) return { limits: act.firstLimits, signedBy: null };
    const said = actOf(act.signed);
    if (said.act === 'limits') return { limits: said.limits, signedBy: said.by };
  }
  return null;
}

export function envelopesOf(acts: readonly AcceptedAct[]): DsseEnvelope[] {
  return acts.flatMap((act) => ('signed' in act ? [act.signed] : []));
}
