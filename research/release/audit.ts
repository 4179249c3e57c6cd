import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readAcceptedActs } from '../../shared/node/contract/acts-file.js';
import { rootVersionFile } from '../../shared/node/trust/trust-store.js';
import { statementOf } from '../../shared/trust/decision.js';
import { type DsseEnvelope, parseEnvelope, verifySignatures } from '../../shared/trust/dsse.js';
import { actOf } from '../../shared/trust/operator-act.js';
import { REVOCATIONS_FILE, type Revocation, revocationsIn } from '../../shared/trust/revocations.js';
import { orderOf } from '../../shared/trust/rollback-order.js';
import { nextRoot, readRoot, type TrustedRoot } from '../../shared/trust/root.js';
import { envelopeName, type ReleasePredicate, releaseStatement } from '../../shared/trust/statement.js';
import { refuseUndecided } from '../../shared/trust/verify-gate.js';
import { refuseGroundless } from '../../shared/trust/verify-rollback.js';
import { releaseLedger } from './build-release.js';

/** One thing that somebody did, by a record that he signed. */
export interface AuditLine {
  readonly at: string;
  readonly who: string;
  readonly what: string;
}

export interface Audit {
  readonly lines: readonly AuditLine[];
  /** What the records do not account for, in plain words. */
  readonly gaps: readonly string[];
}

/**
 * Who let what go, when, by signatures alone: releases, the decisions in them, revocations, under every root of trust that
 * there was. What is missing, forked or unsigned between them is a gap.
 */
export function auditReleases(places: {
  readonly trustFolder: string;
  readonly releasesFolder: string;
  readonly moduleFolder: string;
  /** Where the bridge keeps what operators signed for it; of use where it is on this machine. */
  readonly brokerFolder: string;
}): Audit {
  const gaps: string[] = [];
  const roots = rootChain(places.trustFolder, gaps);
  const lines = [
    ...releaseLines(places.releasesFolder, roots, gaps),
    ...revocationLines(places.moduleFolder, roots, gaps),
    ...actLines(places.brokerFolder, roots, gaps),
  ];
  return { lines: lines.sort((a, b) => (a.at < b.at ? -1 : 1)), gaps };
}

/** Every version from the first, each signed by the one before it. */
function rootChain(trustFolder: string, gaps: string[]): TrustedRoot[] {
  const roots: TrustedRoot[] = [];
  for (let version = 1; ; version++) {
    const file = path.join(trustFolder, rootVersionFile(version));
    if (!existsSync(file)) break;
    try {
      const bytes = readFileSync(file);
      const before = roots.at(-1);
      roots.push(before === undefined ? readRoot(bytes) : nextRoot(before, bytes));
    } catch (error) {
      gaps.push(`${file}: ${(error as Error).message}`);
      break;
    }
  }
  if (roots.length === 0) gaps.push(`${path.join(trustFolder, rootVersionFile(1))}: there is no first root of trust`);
  return roots;
}

function releaseLines(releasesFolder: string, roots: readonly TrustedRoot[], gaps: string[]): AuditLine[] {
  let previous: string | null = null;
  return releaseLedger(releasesFolder)
    .list()
    .flatMap(({ modelVersion, payloadSha256, counter }) => {
      if (payloadSha256 === null) return []; // given up before it was signed: its counter is never used
      const name = `v${modelVersion} (counter ${counter})`;
      const file = path.join(releasesFolder, envelopeName(modelVersion));
      const found = existsSync(file) ? releaseIn(readFileSync(file), roots) : null;
      if (found === null) gaps.push(`${name} is in the ledger, and ${file} is missing or not signed by a release key`);
      else if (found.payloadSha256 !== payloadSha256)
        gaps.push(`${name}: ${file} is not what the ledger says was signed`);
      else if (found.predicate.prevRelease !== previous)
        gaps.push(`${name} does not follow the release signed before it`);
      previous = payloadSha256;
      return found === null ? [] : linesOf(found, name, gaps);
    });
}

interface FoundRelease {
  readonly predicate: ReleasePredicate;
  readonly payloadSha256: string;
  /** Every root whose release keys have signed it: who was an operator then may have been revoked since. */
  readonly roots: readonly TrustedRoot[];
}

function releaseIn(bytes: Buffer, roots: readonly TrustedRoot[]): FoundRelease | null {
  try {
    const envelope = parseEnvelope(bytes);
    const signing = roots.filter(
      ({ roles }) => verifySignatures(envelope, roles.release.keys, roles.release.threshold).met,
    );
    if (signing.length === 0) return null;
    const payload = Buffer.from(envelope.payload, 'base64');
    const { predicate } = releaseStatement.parse(JSON.parse(payload.toString('utf8')));
    return { predicate, payloadSha256: createHash('sha256').update(payload).digest('hex'), roots: signing };
  } catch {
    return null;
  }
}

function linesOf({ predicate, roots }: FoundRelease, name: string, gaps: string[]): AuditLine[] {
  const { decision, issued, gateVerdict, rollbackOf, shipId } = predicate;
  const refusals = roots.map((root) => whyNotBy(predicate, root));
  if (!refusals.includes(null)) gaps.push(`${name}: ${refusals.at(-1)}`);
  const what = rollbackOf
    ? `signed ${name}, back to the bytes of v${rollbackOf.modelVersion}`
    : `signed ${name} of ${shipId}`;
  const signed = { at: issued, who: 'signer', what: `${what}: gate ${gateVerdict}` };
  if (rollbackOf?.order !== undefined) return [orderLine(rollbackOf.order, name), signed];
  if (decision === undefined || rollbackOf !== undefined) return [signed];
  const at = decision.signed === undefined ? issued : statementOf(decision.signed).at;
  const words = decision.signed === undefined ? ' (in words, before operators had keys)' : '';
  return [{ at, who: decision.by, what: `let ${shipId} go on${words}: ${decision.reason}` }, signed];
}

/** Null where what let it go holds by this root. */
function whyNotBy(predicate: ReleasePredicate, root: TrustedRoot): string | null {
  try {
    refuseUndecided(predicate, root);
    refuseGroundless(predicate, root, {});
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

function orderLine(order: DsseEnvelope, name: string): AuditLine {
  const { at, by, live, to, reason } = orderOf(order);
  return { at, who: by, what: `ordered ${name}, back from v${live.modelVersion} to v${to.modelVersion}: ${reason}` };
}

/** Who let live trading go on, or widened its limits. */
function actLines(brokerFolder: string, roots: readonly TrustedRoot[], gaps: string[]): AuditLine[] {
  return readAcceptedActs(brokerFolder).map((act) => {
    if ('firstLimits' in act)
      return { at: act.at, who: 'nobody', what: 'the bridge took the limits of its first start' };
    const { act: name, by, reason, account, at } = actOf(act.signed);
    const isSigned = roots.some(({ roles: { operator } }) => {
      return verifySignatures(act.signed, operator.keys, operator.threshold).met;
    });
    if (!isSigned) gaps.push(`${name} of ${at} was obeyed, and is not signed by operators`);
    const what = name === 'resume' ? 'let trading go on' : 'signed the limits of trading';
    return { at, who: by, what: `${what} (${account}): ${reason}` };
  });
}

function revocationLines(moduleFolder: string, roots: readonly TrustedRoot[], gaps: string[]): AuditLine[] {
  const file = path.join(moduleFolder, REVOCATIONS_FILE);
  if (!existsSync(file)) return [];
  const bytes = readFileSync(file);
  let revoked: readonly Revocation[] | null = null;
  try {
    for (const root of roots) revoked = revocationsIn(bytes, root) ?? revoked;
  } catch (error) {
    gaps.push(`${file}: ${(error as Error).message}`);
    return [];
  }
  if (revoked === null) gaps.push(`${file} is not signed by a release key`);
  return (revoked ?? []).map(({ at, modelVersion, reason }) => ({
    at,
    who: 'signer',
    what: `revoked v${modelVersion}: ${reason}`,
  }));
}
