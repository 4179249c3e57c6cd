import { z } from 'zod';
import { CAPTURED_FEEDS } from '../../contract/capture-source.js';
import type { FailureType } from '../../failure-types.js';
import { sha256Hex } from '../../reference.js';

/**
 * The one argument of `shipModel`: every field has a default, so that `{}` in the Web UI's form, `temporal` and `tctl`
 * starts the usual ship.
 */
export const shipInput = z.strictObject({
  /** Which training recipe; `improved` is the project's second one. */
  recipe: z.enum(['base', 'improved']).default('base'),
  /** `captured`: the trade dates that the bridge captured and that came home, whatever the configured input is. */
  trainOn: z.enum(['input', 'captured']).default('input'),
  /** Of captured dates, whose capture; what is left out is the bridge's, or what the settings say. */
  feed: z.enum(CAPTURED_FEEDS).optional(),
  /** Of captured dates: leaves out what two captures do not agree on. */
  trust: z.boolean().default(false),
  /** Who asked, for the record. */
  requestedBy: z.string().min(1).max(200).default('unnamed'),
  /** Does nothing on a day without RTH: the nightly schedule knows weekdays, not exchange holidays. */
  skipHolidays: z.boolean().default(false),
  /** Why, for the record. */
  note: z.string().max(2000).default(''),
});
export type ShipInput = z.input<typeof shipInput>;
export type ShipRequest = Readonly<z.output<typeof shipInput>>;

/** Form of a DSSE envelope: whether its signatures hold, a step finds out. */
const signedForm = z.strictObject({
  payloadType: z.string().max(200),
  payload: z.string().max(20_000),
  signatures: z
    .array(z.strictObject({ keyid: sha256Hex, sig: z.string().max(1000) }))
    .min(1)
    .max(16),
});

/** An operator's answer to a hold: update `decide`, or signal `decide` where updates cannot be sent (tctl). */
export const decision = z.strictObject({
  verdict: z.enum(['approve', 'reject'], { error: 'verdict must be "approve" or "reject"' }),
  by: z.string({ error: 'by must name who decides' }).trim().min(1, 'by must name who decides').max(200),
  reason: z
    .string({ error: 'reason must say why: it is written into the signed manifest' })
    .trim()
    .min(1, 'reason must say why: it is written into the signed manifest')
    .max(2000),
  /** An approval carries the operators' signatures; a rejection lets nothing go and needs none. */
  signed: signedForm.optional(),
});
export type Decision = Readonly<z.infer<typeof decision>>;

/** The one argument of `rollBackModel`: what `believe ship rollback --print` prints. Whether it holds, the signer finds out. */
export const orderInput = signedForm;
export type RollbackInput = Readonly<z.infer<typeof orderInput>>;

/** Sentence for a rollback that no operator has signed. */
export const UNSIGNED_ORDER =
  'a rollback must be signed by an operator: `believe ship rollback --to N --reason WHY` signs and starts it, with --print it prints the signed JSON to paste here as the input';

/** What a decision is about: this ship, these bytes, this word of the gate. */
export interface ToDecide {
  readonly shipId: string;
  readonly candidateSha256: string;
  readonly gateReportSha256: string;
}

/** Sentence for a decision that would let a ship go without an operator's signature. */
export const UNSIGNED_DECISION =
  'an approval must be signed by an operator: `believe ship approve` signs and sends it, `believe ship approve --print` prints the signed JSON to paste here';

/** What a ship can tell of itself while a worker is alive (query `progress`). */
export interface ShipProgress {
  readonly stage: string;
  readonly stages: readonly { stage: string; seconds: number }[];
  readonly modelVersion: number | null;
  readonly held: boolean;
  readonly reasons: readonly string[];
  readonly decision: Decision | null;
  /** What an approval signs, while the ship is held. Runs from before approvals were signed tell nothing. */
  readonly toDecide?: ToDecide | null;
  /** Path of the candidate's model card on the research tier. */
  readonly modelCard: string | null;
  readonly nextOpen: string | null;
  /** What went otherwise than asked, in plain words. */
  readonly remarks: readonly string[];
}

/** How a ship ended. `live` is false where it was rejected or rolled back. */
export interface ShipResult {
  readonly outcome: 'Live' | 'Rejected' | 'RolledBack' | 'Skipped';
  readonly live: boolean;
  readonly shipId: string;
  readonly modelVersion: number | null;
  readonly counter: number | null;
  readonly held: boolean;
  readonly reasons: readonly string[];
  readonly decision: Decision | null;
  readonly modelCard: string | null;
  readonly swappedAtMarketTime: string | null;
  readonly stages: readonly { stage: string; seconds: number }[];
  readonly artefacts: { readonly tarball: string; readonly envelope: string } | null;
}

/** Failure type of a step whose worker shut down under it: its outcome is unknown, and another worker may try. */
export const WORKER_STOPPED = 'WorkerStopped' satisfies FailureType;
