import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { keyPlaces, privateKeysFolder, trustFolder } from '../../research/release/key-places.js';
import type { Config } from '../../shared/config/config.js';
import type { RiskLimits } from '../../shared/config/operations.js';
import { HANDWRITTEN_BYTES_MAX, readInputFile } from '../../shared/disk/plain-file.js';
import { UsageFailure } from '../../shared/failure.js';
import { type DsseEnvelope, dsseEnvelope } from '../../shared/release/dsse.js';
import {
  ACT_LIFETIME_MS,
  type ActName,
  actOf,
  cosignAct,
  operatorAct,
  signAct,
  signersNeeded,
} from '../../shared/release/operator-act.js';
import type { TrustedRoot } from '../../shared/release/root.js';
import { readTrustedRoot, TrustMissing } from '../../shared/release/trust-store.js';
import { operatorKey } from '../keys/operator-key.js';

/** What is to be signed about live trading. */
export type Wish =
  | { readonly act: 'resume'; readonly takePosition: boolean }
  | { readonly act: 'limits'; readonly limits: RiskLimits };

export interface ActAsk {
  readonly config: Config;
  readonly wish: Wish;
  readonly reason: string;
  readonly by?: string | undefined;
  readonly keysFolder?: string | undefined;
  /** File with what another operator has signed: this one signs the same. */
  readonly cosign?: string | undefined;
  /** File with what has all its signatures: it is only brought to the bridge. */
  readonly signed?: string | undefined;
}

/**
 * Signs what is wanted with an operator's key of this machine; null where the bridge's root of trust lists no operators, and
 * no signature can be asked for.
 * @throws Failure NoOperatorKey, UsageFailure
 */
export function signedAct(ask: ActAsk): DsseEnvelope | null {
  const { wish, config, signed, cosign } = ask;
  const places = keyPlaces(path.resolve(config.home));
  if (signed !== undefined) return actIn(signed, wish.act);
  const root = rootOf(config.home);
  if (root === null || signersNeeded(root) === 0) return null;
  const folder = ask.keysFolder ?? privateKeysFolder(places, 'operator');
  const { key, name } = operatorKey({ folder, root, by: ask.by });
  if (cosign !== undefined) return cosignAct(actIn(cosign, wish.act), key);
  const nowMs = Date.now();
  const act = operatorAct.parse({
    ...{ kind: 'believe.operator-act', version: 1, account: config.gateway.account, by: name, reason: ask.reason },
    ...{ at: new Date(nowMs).toISOString(), expires: new Date(nowMs + ACT_LIFETIME_MS).toISOString() },
    ...{ id: randomBytes(16).toString('hex'), ...wish },
  });
  return signAct(act, [key]);
}

/** The root that the bridge of this home judges by; on a machine without one, that of research. */
function rootOf(home: string): TrustedRoot | null {
  for (const tier of ['broker', 'research'] as const)
    try {
      return readTrustedRoot(trustFolder(keyPlaces(path.resolve(home)), tier));
    } catch (error) {
      if (!(error instanceof TrustMissing)) throw error;
    }
  return null;
}

/** @throws UsageFailure; ActRefused where it is signed for nothing of the kind */
function actIn(file: string, act: ActName): DsseEnvelope {
  const fix = `make one with: believe bridge ${act === 'limits' ? 'limits --sign' : act} --print`;
  let envelope: DsseEnvelope;
  try {
    envelope = dsseEnvelope.parse(JSON.parse(readInputFile(file, HANDWRITTEN_BYTES_MAX).toString('utf8')));
  } catch {
    throw new UsageFailure(`${file} is no signed statement`, fix);
  }
  const said = actOf(envelope);
  if (said.act !== act) throw new UsageFailure(`${file} is signed for something else: ${said.act}`, fix);
  return envelope;
}
