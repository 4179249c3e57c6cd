import { Failure } from '../failure.js';

/** Every way in which a receiver refuses what was sent to it, in words for the operator who reads the alarm. */
export const BATCH_REFUSALS = {
  'unknown-file': 'it is no file of a batch',
  'not-plain': 'it is a link, a folder, a pipe or a device',
  'unknown-stream': 'it is of another broker or of another epoch than this receiver takes',
  oversize: 'it is larger than its kind can be, or than what was signed',
  'envelope-malformed': 'the envelope is damaged or not of our form',
  'payload-type': 'the envelope holds something other than a batch',
  'predicate-type': 'the signed statement is about something other than a batch',
  'statement-malformed': 'the signed statement breaks the form of a batch',
  signature: 'too few journal keys have signed',
  'wrong-role': 'it is signed by a key of another role',
  'keyid-mislabelled': 'a signature names another key than the one that made it',
  'extra-signature': 'it carries more signatures than are asked for, or in another order',
  misnamed: 'the envelope lies under the name of another batch',
  gap: 'batches before it are missing',
  incomplete: 'files of the batch are missing',
  fork: 'another batch of the same number was taken before',
  'chain-break': 'it does not follow the batch that was taken last, although its number does',
  range: 'its bytes do not follow those that were taken last of the same file',
  'close-differs': 'what it says of the trade date is not what was taken: a part is missing, or was never sent',
  truncated: 'a file is shorter than what was signed, or its zstd stream is cut off',
  'packed-hash': 'a file does not have the signed sha256',
  'zstd-malformed': 'a file is no zstd stream, or damaged',
  'zstd-bomb': 'a file unpacks to more than the signed size',
  'plain-size': 'a file unpacks to less than the signed size',
  'plain-hash': 'what is packed does not have the signed sha256',
  rows: 'its lines are not as many, or not those, that were signed',
  schema: 'a line breaks its contract',
} as const;
export type BatchRefusalReason = keyof typeof BATCH_REFUSALS;

export class BatchRefused extends Failure {
  constructor(
    readonly reason: BatchRefusalReason,
    details: Readonly<Record<string, unknown>> = {},
  ) {
    super(
      'BatchRefused',
      `batch refused (${reason}): ${BATCH_REFUSALS[reason]}${described(details)}`,
      'read docs/data-path.md, "What was set aside"; the broker keeps the batch until it is acknowledged',
      { reason, ...details },
    );
  }
}

function described(details: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(details).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}
