import { z } from 'zod';
import { runIdentity } from '../../shared/orchestration/ship/ship-id.js';
import { sha256Hex } from '../../shared/reference.js';
import { envelopeName, tarballName } from '../../shared/trust/statement.js';

/** Of market time or wall time: to the last millisecond that a Date knows. */
const instantMs = z.number().min(0).max(8.64e15);
const observedSecondsMax = 86_400;

/**
 * The release that a step of the broker is about. Its files have the names that its version gives them, so that no step
 * can be asked to pull, verify or arm a file of another name.
 */
const release = z
  .object({
    shipId: runIdentity,
    modelVersion: z.number().int().positive(),
    counter: z.number().int().positive(),
    payloadSha256: sha256Hex,
    tarball: z.string(),
    envelope: z.string(),
  })
  .refine((one) => one.tarball === tarballName(one.modelVersion), { path: ['tarball'], error: 'is not its name' })
  .refine((one) => one.envelope === envelopeName(one.modelVersion), { path: ['envelope'], error: 'is not its name' });

export const releaseAsk = release;
export const armAsk = z.intersection(release, z.object({ notBeforeMarketMs: instantMs }));
export const observeAsk = z.intersection(
  release,
  z.object({ marketSeconds: z.number().min(0).max(observedSecondsMax) }),
);
export const disarmAsk = z.object({ shipId: runIdentity });
export const haltAsk = z.object({ shipId: runIdentity, reason: z.string().min(1) });
