import { existsSync } from 'node:fs';
import { keyPlaces, privateKeysFolder, trustFolder } from '../../research/release/key-places.js';
import { decisionSubject } from '../../research/ship/ship-dossier.js';
import { ShipFolder } from '../../research/ship/ship-folder.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { Failure, UsageFailure } from '../../shared/failure.js';
import { readTrustedRoot } from '../../shared/node/trust/trust-store.js';
import type { ToDecide } from '../../shared/orchestration/ship/messages.js';
import { cosignDecision, type SignedDecision, signDecision, statementOf } from '../../shared/trust/decision.js';
import { operatorKey } from '../keys/operator-key.js';

export interface ApprovalAsk {
  readonly home: string;
  /** Folder of the operator's private key; by default that of the home. */
  readonly keysFolder?: string | undefined;
  /** Which operator, where keys of several are here. */
  readonly by?: string | undefined;
  readonly reason: string;
  readonly subject: ToDecide;
}

/**
 * Signs an approval with the operator's key: of this ship, these bytes and this gate report. Where the ship's records
 * are on this machine, what is to be signed must be what they say.
 * @throws NoOperatorKey, UsageFailure; SubjectDiffers
 */
export function signApproval({ reason, ...ask }: ApprovalAsk): SignedDecision {
  refuseOtherSubject(ask);
  const { key, name } = keyOf(ask);
  const statement = { kind: 'believe.decision', version: 1, ...ask.subject, verdict: 'approve' } as const;
  return signDecision({ ...statement, by: name, reason, at: new Date().toISOString() }, [key]);
}

/** Puts this operator's signature beside that of another one. @throws UsageFailure where it is about something else */
export function cosignApproval(ask: Omit<ApprovalAsk, 'reason'>, decision: SignedDecision): SignedDecision {
  refuseOtherSubject(ask);
  const statement = statementOf(decision.signed);
  for (const field of ['shipId', 'candidateSha256', 'gateReportSha256'] as const) {
    if (statement[field] === ask.subject[field]) continue;
    throw new UsageFailure(
      `this decision is about another ${field}: ${statement[field]}`,
      'sign the one for this ship',
    );
  }
  return cosignDecision(decision, keyOf(ask).key);
}

/** By the root of this home: the key that it lists, by name where there are several. @throws as `operatorKey` */
function keyOf({ home, keysFolder, by }: Pick<ApprovalAsk, 'home' | 'keysFolder' | 'by'>) {
  const places = keyPlaces(home);
  const folder = keysFolder ?? privateKeysFolder(places, 'operator');
  return operatorKey({ folder, root: readTrustedRoot(trustFolder(places, 'research')), by });
}

/** A workflow server that lies must not get a signature for another ship than the one whose card was read. */
function refuseOtherSubject({ home, subject }: Pick<ApprovalAsk, 'home' | 'subject'>): void {
  const folder = new ShipFolder(homePlaces(home).research.folder, subject.shipId);
  if (!existsSync(folder.file('candidate'))) return;
  const own = decisionSubject(folder, subject.shipId);
  if (own.candidateSha256 === subject.candidateSha256 && own.gateReportSha256 === subject.gateReportSha256) return;
  throw new Failure(
    'SubjectDiffers',
    `the workflow asks for a signature on other bytes than ${folder.path} holds`,
    'find out who answers for this ship before you sign anything',
  );
}
