import { operatorsOf } from '../../research/release/operators.js';
import { Failure, UsageFailure } from '../../shared/failure.js';
import { readSigningKeys } from '../../shared/node/trust/key-folder.js';
import type { EnvelopeKey } from '../../shared/trust/listed-key.js';
import type { TrustedRoot } from '../../shared/trust/root.js';
import { sshKeysIn } from './ssh-keys.js';

export interface OperatorKeyAsk {
  readonly folder: string;
  readonly root: TrustedRoot;
  /** Which operator, where keys of several are here. */
  readonly by?: string | undefined;
}

/** The key here that the root lists, by name where there are several. @throws Failure NoOperatorKey, UsageFailure */
export function operatorKey({ folder, root, by }: OperatorKeyAsk): { key: EnvelopeKey; name: string } {
  const { operators } = operatorsOf(root);
  const here = operatorKeysIn(folder).flatMap((key) => {
    const listed = operators.find(({ keyid }) => keyid === key.keyid);
    return listed ? [{ key, name: listed.name }] : [];
  });
  const named = here.filter(({ name }) => by === undefined || name === by);
  if (named.length === 1) return named[0]!;
  if (named.length > 1) {
    throw new UsageFailure(`keys of ${named.map(({ name }) => name).join(', ')} are here`, 'say who decides with --by');
  }
  const who = by === undefined ? 'an operator' : `operator ${by}`;
  throw new Failure(
    'NoOperatorKey',
    `${folder} holds no key of ${who} that the root of trust lists`,
    'see `believe operators ls`; name the folder of the key with --keys-folder, or add one: believe operators add --name NAME',
  );
}

/** Keys of our own form, and those of ssh. */
export function operatorKeysIn(folder: string): EnvelopeKey[] {
  return [...readSigningKeys(folder, 'operator'), ...sshKeysIn(folder)];
}
