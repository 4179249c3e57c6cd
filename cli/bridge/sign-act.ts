import path from 'node:path';
import { keyPlaces, privateKeysFolder, trustFolder } from '../../research/release/key-places.js';
import type { Config } from '../../shared/config/config.js';
import { UsageFailure } from '../../shared/failure.js';
import { readTrustedRoot, TrustMissing } from '../../shared/node/trust/trust-store.js';
import { cosignEnvelope, type DsseEnvelope } from '../../shared/trust/dsse.js';
import { type ActName, actNow, actOf, signAct, signersNeeded, type Wish } from '../../shared/trust/operator-act.js';
import type { TrustedRoot } from '../../shared/trust/root.js';
import { envelopeInFile } from '../keys/envelope-file.js';
import { operatorKey } from '../keys/operator-key.js';

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
  if (cosign !== undefined) return cosignEnvelope(actIn(cosign, wish.act), key);
  const { account } = config.gateway;
  return signAct(actNow({ account, by: name, reason: ask.reason, nowMs: Date.now() }, wish), [key]);
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

const SIGNING: Readonly<Record<ActName, string>> = {
  resume: 'bridge resume',
  limits: 'bridge limits --sign',
  roll: 'roll now',
};

/** @throws UsageFailure; ActRefused where it is signed for nothing of the kind */
function actIn(file: string, act: ActName): DsseEnvelope {
  const fix = `make one with: believe ${SIGNING[act]} --print`;
  const envelope = envelopeInFile(file, 'signed statement', fix);
  const said = actOf(envelope);
  if (said.act !== act) throw new UsageFailure(`${file} is signed for something else: ${said.act}`, fix);
  return envelope;
}
