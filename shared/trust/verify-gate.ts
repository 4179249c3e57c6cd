import { z } from 'zod';
import { candidateSha256, DecisionRefused, verifyDecision } from './decision.js';
import { ReleaseRefused } from './refusal.js';
import type { TrustedRoot } from './root.js';
import type { ReleasePredicate } from './statement.js';

/** The report's own word. What else is in it, the research tier alone understands. */
const reportVerdict = z.object({ verdict: z.object({ verdict: z.enum(['pass', 'hold']) }) });

/** The statement says of the gate what the gate's report says of itself. @throws ReleaseRefused `gate-verdict` */
export function refuseOtherVerdict({ gateVerdict }: Pick<ReleasePredicate, 'gateVerdict'>, report: Buffer): void {
  let found: unknown;
  try {
    found = reportVerdict.parse(JSON.parse(report.toString('utf8'))).verdict.verdict;
  } catch {
    throw new ReleaseRefused('gate-verdict', { signed: gateVerdict, report: 'names no verdict' });
  }
  if (found !== gateVerdict) throw new ReleaseRefused('gate-verdict', { signed: gateVerdict, report: found });
}

/**
 * A held release was let go by as many operators as the root asks for: the broker believes them, not the signer. Releases
 * from before the root listed operators carry the decision in words only.
 * @throws ReleaseRefused `decision`
 */
export function refuseUndecided(predicate: ReleasePredicate, root: TrustedRoot): void {
  const { operator } = root.metadata.roles;
  if (predicate.gateVerdict === 'pass' || operator === undefined || predicate.counter < operator.firstCounter) return;
  const { shipId, files, gateReportSha256, decision, rollbackOf } = predicate;
  const subject = {
    ...(rollbackOf === undefined ? { shipId } : {}),
    candidateSha256: candidateSha256(files),
    gateReportSha256,
  };
  try {
    verifyDecision(decision ?? {}, subject, root);
  } catch (error) {
    if (error instanceof DecisionRefused) throw new ReleaseRefused('decision', { cause: error.message });
    throw error;
  }
}
