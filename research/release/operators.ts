import { UsageFailure } from '../../shared/failure.js';
import { writeSigningKey } from '../../shared/node/trust/key-folder.js';
import { readTrustedRoot } from '../../shared/node/trust/trust-store.js';
import { generateSigningKey } from '../../shared/trust/ed25519-key.js';
import { type ListedKey, listedBytes } from '../../shared/trust/listed-key.js';
import { operatorName, type RootMetadata, type TrustedRoot } from '../../shared/trust/root.js';
import { type KeyPlaces, privateKeysFolder, trustFolder } from './key-places.js';
import { publishNextRoot } from './keys.js';

export interface Operator {
  readonly keyid: string;
  readonly name: string;
}

export interface Operators {
  /** So many of them must sign an approval. */
  readonly threshold: number;
  readonly operators: readonly Operator[];
}

type OperatorRole = NonNullable<RootMetadata['roles']['operator']>;

/** Who may let a held ship go on, by the root of trust of this home. */
export function operatorsOf({ metadata }: TrustedRoot): Operators {
  const { operator } = metadata.roles;
  if (operator === undefined) return { threshold: 1, operators: [] };
  const operators = operator.keyids.map((keyid) => ({ keyid, name: operator.names[keyid] ?? keyid }));
  return { threshold: operator.threshold, operators };
}

/**
 * Lists an operator in the next root of trust. Without a public key a private one is made here.
 * @param nextCounter the first release that an operator must let go when held; of use where the root lists none yet
 * @throws UsageFailure where the name is taken; NoSigningKey without the root keys
 */
export function addOperator(
  places: KeyPlaces,
  ask: {
    readonly name: string;
    readonly publicKey?: ListedKey;
    readonly threshold?: number;
    readonly nextCounter: number;
  },
): { root: TrustedRoot; keyid: string; keyFile: string | null } {
  const name = nameFrom(ask.name);
  const key = ask.publicKey ?? generateSigningKey();
  const root = publishNextRoot(places, (metadata) => {
    const now = metadata.roles.operator ?? { keyids: [], threshold: 1, names: {}, firstCounter: ask.nextCounter };
    if (Object.values(now.names).includes(name)) {
      throw new UsageFailure(
        `an operator ${name} is listed already`,
        'see `believe operators ls`, or take another name',
      );
    }
    const operator: OperatorRole = {
      ...now,
      threshold: ask.threshold ?? now.threshold,
      keyids: [...now.keyids, key.keyid],
      names: { ...now.names, [key.keyid]: name },
    };
    const keys = { ...metadata.keys, [key.keyid]: listedBytes(key).toString('base64') };
    return { next: { ...metadata, keys, roles: { ...metadata.roles, operator } } };
  });
  // After the root: a key without a listing would only confuse; one that was lost is revoked and added again.
  const keyFile = 'seed' in key ? writeSigningKey(privateKeysFolder(places, 'operator'), 'operator', key) : null;
  return { root, keyid: key.keyid, keyFile };
}

/** Takes an operator off the next root: what he signed lets nothing go any more. @throws UsageFailure for the last one */
export function revokeOperator(places: KeyPlaces, who: string): { root: TrustedRoot; revoked: Operator } {
  const { operators, threshold } = operatorsOf(readTrustedRoot(trustFolder(places, 'research')));
  const revoked = operators.find(({ keyid, name }) => name === who || keyid === who);
  if (revoked === undefined) {
    throw new UsageFailure(`no operator is called ${who}`, 'name one of `believe operators ls`');
  }
  if (operators.length - 1 < threshold) {
    throw new UsageFailure(
      `without ${revoked.name} fewer than the ${threshold} operators are left that must sign`,
      'add another one first: believe operators add --name NAME',
    );
  }
  const root = publishNextRoot(places, (metadata) => {
    const now = metadata.roles.operator!;
    const { [revoked.keyid]: _key, ...keys } = metadata.keys;
    const { [revoked.keyid]: _name, ...names } = now.names;
    const operator = { ...now, names, keyids: now.keyids.filter((keyid) => keyid !== revoked.keyid) };
    return { next: { ...metadata, keys, roles: { ...metadata.roles, operator } } };
  });
  return { root, revoked };
}

function nameFrom(text: string): string {
  const parsed = operatorName.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new UsageFailure(`--name ${JSON.stringify(text)}: ${parsed.error.issues[0]!.message}`, 'give 1 to 100 letters');
}
