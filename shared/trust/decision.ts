import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Failure } from '../failure.js';
import { sha256Hex } from '../reference.js';
import { cosignEnvelope, type DsseEnvelope, dsseEnvelope, signEnvelope } from './dsse.js';
import type { EnvelopeKey } from './listed-key.js';
import { operatorSignatures, whyNotSigned } from './operator-signatures.js';
import { payloadIn } from './payload-in.js';
import type { TrustedRoot } from './root.js';

export const DECISION_PAYLOAD_TYPE = 'application/vnd.believe.decision+json';

const by = z.string().min(1).max(200);
const reason = z.string().min(1).max(2000);
const verdict = z.enum(['approve', 'reject']);

/** What an operator signs: this ship, these bytes, this word of the gate. Nothing else that is held can use it. */
export const decisionStatement = z.strictObject({
  kind: z.literal('believe.decision'),
  version: z.literal(1),
  shipId: z.string().min(1).max(500),
  /** sha256 of the candidate's manifest: see `candidateSha256`. */
  candidateSha256: sha256Hex,
  gateReportSha256: sha256Hex,
  verdict,
  by,
  reason,
  at: z.iso.datetime(),
});
export type DecisionStatement = Readonly<z.infer<typeof decisionStatement>>;

/** A decision as it is sent and kept: in plain words, and the envelope that says the same under a signature. */
export const signedDecision = z.strictObject({ verdict, by, reason, signed: dsseEnvelope });
export type SignedDecision = Readonly<z.infer<typeof signedDecision>>;

/** What a decision must be about. */
export interface DecisionSubject {
  /** Not compared where a rollback carries the decision of an older ship along: the bytes are. */
  readonly shipId?: string;
  readonly candidateSha256: string;
  readonly gateReportSha256: string;
}

/** Files that the gate adds to a candidate. */
export const GATE_FILES: ReadonlySet<string> = new Set(['gate-report.json', 'model-card.json', 'model-card.html']);

/** Identity of a candidate: the hash of its manifest, which anyone can compute again from the files of a release. */
export function candidateSha256(
  files: readonly { readonly name: string; readonly size: number; readonly sha256: string }[],
): string {
  const own = files.filter(({ name }) => !GATE_FILES.has(name));
  const manifest = own.map(({ name, size, sha256 }) => ({ name, size, sha256 }));
  return createHash('sha256')
    .update(`${JSON.stringify(manifest)}\n`)
    .digest('hex');
}

export function signDecision(statement: DecisionStatement, keys: readonly EnvelopeKey[]): SignedDecision {
  const told = decisionStatement.parse(statement);
  const signed = signEnvelope(DECISION_PAYLOAD_TYPE, Buffer.from(JSON.stringify(told)), keys);
  return { verdict: told.verdict, by: told.by, reason: told.reason, signed };
}

/** Puts one more operator's signature beside those that a decision has. */
export function cosignDecision(decision: SignedDecision, key: EnvelopeKey): SignedDecision {
  return { ...decision, signed: cosignEnvelope(decision.signed, key) };
}

/**
 * Whether the operators that the root lists, as many as it asks for, have decided this about this ship.
 * @returns the signers' keyids
 * @throws DecisionRefused
 */
export function verifyDecision(
  decision: Partial<SignedDecision>,
  subject: DecisionSubject,
  root: TrustedRoot,
): readonly string[] {
  if (root.metadata.roles.operator === undefined)
    throw new DecisionRefused('no-operators', 'the root of trust lists no operators');
  if (decision.signed === undefined) throw new DecisionRefused('unsigned', 'it is not signed by an operator');
  const statement = statementOf(decision.signed);
  const signatures = operatorSignatures(decision.signed, root);
  const unsigned = whyNotSigned(signatures, statement.by);
  if (!signatures.met) throw new DecisionRefused('signature', unsigned!);
  for (const field of ['verdict', 'by', 'reason'] as const) {
    if (statement[field] !== decision[field]) {
      throw new DecisionRefused('words', `its ${field} is not what was signed`);
    }
  }
  if (unsigned !== null) throw new DecisionRefused('signature', unsigned);
  for (const field of ['shipId', 'candidateSha256', 'gateReportSha256'] as const) {
    if (subject[field] !== undefined && statement[field] !== subject[field]) {
      throw new DecisionRefused('other-subject', `it is about another ${SUBJECTS[field]} (${statement[field]})`);
    }
  }
  return signatures.keyIds;
}

const SUBJECTS = { shipId: 'ship', candidateSha256: 'candidate', gateReportSha256: 'gate report' } as const;

export type DecisionFault =
  | 'no-operators'
  | 'unsigned'
  | 'malformed'
  | 'signature'
  | 'words'
  | 'other-subject'
  | 'rejects';

const FIXES: Partial<Record<DecisionFault, string>> = {
  'no-operators': 'list one: believe operators add --name NAME',
  rejects: 'start a new ship',
};

export class DecisionRefused extends Failure {
  constructor(
    readonly fault: DecisionFault,
    message: string,
  ) {
    super(
      'DecisionRefused',
      `the decision is refused: ${message}`,
      FIXES[fault] ?? 'sign it with `believe ship approve`, or with --print and paste what it prints',
      { fault },
    );
  }
}

/** What an envelope says, whoever signed it. @throws DecisionRefused where it is no decision */
export function statementOf(envelope: DsseEnvelope): DecisionStatement {
  const found = payloadIn(envelope, DECISION);
  if ('why' in found) throw new DecisionRefused('malformed', found.why);
  return found.said;
}

const DECISION = {
  payloadType: DECISION_PAYLOAD_TYPE,
  name: 'a decision',
  schema: decisionStatement,
  whole: 'statement',
};
