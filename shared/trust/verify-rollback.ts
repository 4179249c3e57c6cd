import { SightingRefused, verifySighting } from '../contract/release-sighting.js';
import { ReleaseRefused } from './refusal.js';
import { OrderRefused, verifyOrder } from './rollback-order.js';
import type { TrustedRoot } from './root.js';
import type { ReleasePredicate } from './statement.js';

type Rollback = NonNullable<ReleasePredicate['rollbackOf']>;

/**
 * What a rollback may do that no other release may: replace what trades at once. Those that carry no word of operators or
 * of the broker, as all did before rollbacks carried their grounds, wait for an open like any other release.
 */
export function swapsAtOnce({ rollbackOf }: Pick<ReleasePredicate, 'rollbackOf'>): boolean {
  return rollbackOf?.order !== undefined || rollbackOf?.sighting !== undefined;
}

/** As things are where the release is to be used; what is left out is not compared. */
export interface RollbackMoment {
  /** Payload that trades; null where nothing does. */
  readonly trading?: string | null;
  readonly nowMs?: number;
}

/**
 * The release key alone makes no rollback: operators have ordered it, from what trades to these very bytes, or this broker
 * has itself seen what trades misbehave.
 * @throws ReleaseRefused `rollback-grounds`
 */
export function refuseGroundless(predicate: ReleasePredicate, root: TrustedRoot, moment: RollbackMoment): void {
  const { rollbackOf } = predicate;
  if (rollbackOf === undefined) return;
  try {
    const why = whyNot(rollbackOf, predicate, root, moment);
    if (why !== null) throw new ReleaseRefused('rollback-grounds', { cause: why });
  } catch (error) {
    if (error instanceof OrderRefused || error instanceof SightingRefused)
      throw new ReleaseRefused('rollback-grounds', { cause: error.message });
    throw error;
  }
}

function whyNot(
  { order: envelope, sighting, modelVersion, payloadSha256 }: Rollback,
  { archive }: ReleasePredicate,
  root: TrustedRoot,
  { trading, nowMs }: RollbackMoment,
): string | null {
  if (envelope !== undefined) {
    const { live, to } = verifyOrder(envelope, root, nowMs ?? null);
    const isMeant =
      to.modelVersion === modelVersion && to.payloadSha256 === payloadSha256 && to.archiveSha256 === archive.sha256;
    if (!isMeant) return `the order is about the bytes of v${to.modelVersion}, not about these`;
    if (trading !== undefined && trading !== live.payloadSha256)
      return `the order is from v${live.modelVersion}, which does not trade here`;
  }
  if (sighting !== undefined) {
    const seen = verifySighting(sighting, root);
    if (seen.healthy !== false) return 'the broker has not seen the release before it misbehave';
    // Homes whose bridges kept no live release yet know only that this broker signed it.
    if (trading !== undefined && trading !== null && trading !== seen.payloadSha256)
      return 'the broker saw another release misbehave, not the one that trades';
  }
  return null;
}
