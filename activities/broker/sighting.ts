import path from 'node:path';
import { type ReleaseSighting, signSighting } from '../../shared/contract/release-sighting.js';
import type { SwapRecord } from '../../shared/contract/swap-record.js';
import { signersOf } from '../../shared/node/trust/key-folder.js';
import { readTrustedRoot } from '../../shared/node/trust/trust-store.js';
import type { DsseEnvelope } from '../../shared/trust/dsse.js';
import type { Observation } from './contract.js';

/** What this tier has seen of a release in its own files, under its own key; nothing where the bridge kept the old heads. */
export function sightingOf(
  brokerFolder: string,
  swap: SwapRecord | null,
  observed: Pick<Observation, 'healthy' | 'faults'> | null,
): { sighting?: DsseEnvelope } {
  if (swap?.outcome !== 'swapped') return {};
  const root = readTrustedRoot(path.join(brokerFolder, 'trust'));
  const { shipId, payloadSha256, counter, marketTime: swappedAt } = swap;
  const told: ReleaseSighting = {
    kind: 'believe.sighting',
    version: 1,
    ...{ shipId, payloadSha256, counter, swappedAt },
    healthy: observed?.healthy ?? null,
    faults: (observed?.faults ?? []).slice(0, 20).map((fault) => fault.slice(0, 2000)),
    at: new Date().toISOString(),
  };
  return { sighting: signSighting(told, signersOf(path.join(brokerFolder, 'keys'), 'journal', root)) };
}
