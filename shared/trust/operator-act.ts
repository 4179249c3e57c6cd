import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { type RiskLimits, riskConfig } from '../config/risk.js';
import { Failure } from '../failure.js';
import { type DsseEnvelope, signEnvelope } from './dsse.js';
import type { EnvelopeKey } from './listed-key.js';
import { operatorSignatures, whyNotSigned } from './operator-signatures.js';
import { payloadIn } from './payload-in.js';
import type { TrustedRoot } from './root.js';
import { minutesFrom, whyNotNow } from './signed-for-minutes.js';

export const ACT_PAYLOAD_TYPE = 'application/vnd.believe.operator-act+json';

const common = {
  kind: z.literal('believe.operator-act'),
  version: z.literal(1),
  /** At the broker: a statement for one bridge moves no other. */
  account: z.string().min(1).max(100),
  by: z.string().min(1).max(200),
  reason: z.string().trim().min(1).max(2000),
  at: z.iso.datetime(),
  expires: z.iso.datetime(),
  /** Drawn by whoever signs: no statement is obeyed twice. */
  id: z.string().regex(/^[0-9a-f]{32}$/),
};

/** As the exchange writes it. */
const contract = z.string().min(1).max(40);

/** What an operator signs about live trading: lift the halts, trade within these limits, or go on in the next contract. */
export const operatorAct = z.discriminatedUnion('act', [
  z.strictObject({ ...common, act: z.literal('resume'), takePosition: z.boolean() }),
  z.strictObject({ ...common, act: z.literal('limits'), limits: riskConfig }),
  z.strictObject({ ...common, act: z.literal('roll'), from: contract, to: contract }),
]);
export type OperatorAct = Readonly<z.infer<typeof operatorAct>>;
export type ActName = OperatorAct['act'];

/** What is to be signed about live trading. */
export type Wish =
  | { readonly act: 'resume'; readonly takePosition: boolean }
  | { readonly act: 'limits'; readonly limits: RiskLimits }
  | { readonly act: 'roll'; readonly from: string; readonly to: string };

/** The act of a moment, for its lifetime from then on. @param said `id`: 32 hex digits, where they must not be drawn */
export function actNow(
  said: Readonly<Record<'account' | 'by' | 'reason', string>> & { readonly nowMs: number; readonly id?: string },
  wish: Wish,
): OperatorAct {
  const { nowMs, id = randomBytes(16).toString('hex'), ...who } = said;
  return operatorAct.parse({
    ...{ kind: 'believe.operator-act', version: 1, ...who, id, ...wish },
    ...minutesFrom(nowMs),
  });
}

export function signAct(act: OperatorAct, keys: readonly EnvelopeKey[]): DsseEnvelope {
  return signEnvelope(ACT_PAYLOAD_TYPE, Buffer.from(JSON.stringify(operatorAct.parse(act))), keys);
}

/** Operators who must sign an act, by a root; 0 where it lists none, and nothing can be asked of them. */
export function signersNeeded({ metadata }: TrustedRoot): number {
  return metadata.roles.operator?.threshold ?? 0;
}

/**
 * Whether the operators that the root lists, as many as it asks for, want this of this bridge now.
 * @throws ActRefused
 */
export function verifyAct(
  envelope: DsseEnvelope,
  expected: { readonly act: ActName; readonly account: string; readonly nowMs: number },
  root: TrustedRoot,
): OperatorAct {
  const said = actOf(envelope);
  const unsigned = whyNotSigned(operatorSignatures(envelope, root), said.by);
  if (unsigned !== null) throw new ActRefused('signature', said.act, unsigned);
  if (said.act !== expected.act)
    throw new ActRefused('other-act', expected.act, `it is signed for something else: ${said.act}`);
  if (said.account !== expected.account)
    throw new ActRefused('other-account', said.act, `it is for account ${said.account}, this is ${expected.account}`);
  const otherTime = whyNotNow(said, expected.nowMs);
  if (otherTime !== null) throw new ActRefused(otherTime.fault, said.act, otherTime.why);
  return said;
}

/** What an envelope says, whoever signed it. @throws ActRefused where it is no act */
export function actOf(envelope: DsseEnvelope): OperatorAct {
  const found = payloadIn(envelope, ACT);
  if ('why' in found) throw new ActRefused('malformed', null, found.why);
  return found.said;
}

const ACT = { payloadType: ACT_PAYLOAD_TYPE, name: "an operator's act", schema: operatorAct, whole: 'statement' };

export type ActFault =
  | 'unsigned'
  | 'malformed'
  | 'signature'
  | 'other-act'
  | 'other-account'
  | 'not-yet'
  | 'expired'
  | 'used'
  | 'older'
  | 'no-root';

const COMMANDS: Readonly<Record<ActName, string>> = {
  resume: 'believe bridge resume --reason WHY',
  limits: 'believe bridge limits --sign --reason WHY',
  roll: 'believe roll now --reason WHY',
};

export class ActRefused extends Failure {
  constructor(
    readonly fault: ActFault,
    act: ActName | null,
    message: string,
  ) {
    super(
      'ActRefused',
      `the request ${act === null ? '' : `(${act}) `}is refused: ${message}`,
      `an operator signs it with: ${COMMANDS[act ?? 'resume']} (--print where the key is on another machine)`,
      { fault },
    );
  }

  /** For a log or an alarm, which have one text. */
  get sentence(): string {
    return `${this.message}; ${this.fix}`;
  }
}
