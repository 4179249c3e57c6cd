import { Failure } from '../failure.js';

/** Every way in which a release is refused: what was found, in words for the operator who reads the alarm. */
const REFUSALS = {
  'envelope-malformed': 'the envelope is damaged or not of our form',
  'payload-type': 'the envelope holds something other than a release statement',
  signature: 'too few release keys have signed',
  'wrong-role': 'it is signed by a key of another role',
  'keyid-mislabelled': 'a signature names another key than the one that made it',
  'extra-signature': 'it carries more signatures than are asked for, or in another order',
  'root-refused': 'the root of trust, or a newer one beside the release, is damaged or not signed as it must be',
  'root-expired': 'the root of trust has expired',
  'root-rollback': 'the root of trust is older than the one seen before',
  'statement-malformed': 'the signed statement breaks the form of a release statement',
  'predicate-type': 'the signed statement is about something other than a release',
  'not-the-expected-release': 'it is not the release that was asked for',
  'other-product': 'it was not trained for the product that is traded here, or does not say for which',
  'epoch-mismatch': 'its epoch is not the epoch of the root of trust',
  rollback: 'its counter is not above that of the release verified last',
  equivocation: 'another payload was verified under the same counter',
  fork: 'it does not follow the release verified last, although its counter does',
  expired: 'it has expired',
  'issued-in-future': 'it was issued later than the clock of this machine says',
  'clock-set-back': 'the clock of this machine is behind the time of an earlier verification',
  'archive-size': 'the tarball does not have the signed size',
  'archive-hash': 'the tarball does not have the signed sha256',
  'unsafe-name': 'a file name is not safe on every system',
  'gzip-malformed': 'the tarball is not one gzip member of our form',
  'second-gzip-member': 'the tarball goes on with a second gzip member',
  'trailing-bytes': 'bytes follow the end of the archive',
  'archive-bomb': 'the tarball unpacks to more than the signed sizes',
  'tar-malformed': 'the tar inside is damaged',
  'entry-type': 'the archive holds something that is not a plain file',
  'entry-override': 'the archive holds extended headers, which can rename or resize an entry',
  'unexpected-file': 'the archive holds a file that is not signed',
  'duplicate-file': 'a file is named twice',
  'missing-file': 'a signed file is not in the archive',
  'file-size': 'a file does not have the signed size',
  'file-hash': 'a file does not have the signed sha256',
  'not-canonical': 'the archive is not the one form in which its files can be packed',
  'feature-schema': 'the feature schema is not the one that is signed or that this machine computes',
  'gate-report': 'the gate report is not the one that is signed',
  'gate-verdict': 'the statement says of the gate what the gate report does not say',
  'rollback-grounds': 'neither operators nor what this broker saw ask for this rollback, here and now',
  'revocations-unreadable': 'the list of releases that were given up is signed, and cannot be read to its end',
  revoked: 'research gave this release up after it was signed',
  decision: 'the gate held it, and the operators that the root of trust lists have not let it go',
} as const;
export type RefusalReason = keyof typeof REFUSALS;
export const REFUSAL_REASONS = Object.keys(REFUSALS) as readonly RefusalReason[];

const FIXES: Partial<Record<RefusalReason, string>> = {
  'root-refused': 'bring root.json from the key ceremony again, and find out who changed it',
  'root-expired': 'sign a new root: believe keys rotate',
  'root-rollback': 'restore broker/trust/root.json from the newest root of trust',
  'epoch-mismatch': 'bring the newest root of trust to this machine, or ship again under it',
  expired: 'ship again: a release is signed for a limited time',
  'issued-in-future': 'set the clock of this machine right, then verify again',
  'clock-set-back': 'set the clock of this machine right, then verify again',
  'other-product': 'ship a release that was trained for this product, or set instrument to the one that it names',
  'gate-verdict': 'keep the old release, and find out who had this statement signed',
  'revocations-unreadable': 'see `believe audit` on research; run the same version of the program on both tiers',
  revoked: 'ship again: a release that was given up is never used',
  'rollback-grounds': 'order the rollback: believe ship rollback --to N --reason WHY',
  decision: 'approve the ship with an operator key: believe ship approve',
  'feature-schema': 'run the same version of the program on both tiers, then ship again',
};

/** The release is not loaded and the old one stays. Never retried: the same bytes are refused again. */
export class ReleaseRefused extends Failure {
  constructor(
    readonly reason: RefusalReason,
    details: Readonly<Record<string, unknown>> = {},
  ) {
    super(
      'ReleaseRefused',
      `release refused (${reason}): ${REFUSALS[reason]}${wordsOf(details)}`,
      FIXES[reason] ?? 'keep the old release, find out who changed the bytes, and ship again',
      { ...details, reason },
    );
  }
}

function wordsOf(details: Readonly<Record<string, unknown>>): string {
  const words = Object.entries(details).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  return words.length === 0 ? '' : ` (${words.join(', ')})`;
}
