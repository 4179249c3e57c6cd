import { Failure } from '../../shared/failure.js';

/** What an exit code of the rsync client means for a pull; `retryable` when the same call can succeed later. */
interface Meaning {
  readonly reason: string;
  readonly sentence: string;
  readonly fix: string;
  readonly retryable: boolean;
}

const LINK_FIX = 'check that the publisher runs and that the network between the tiers is up; it is tried again';
const MEANINGS: Readonly<Record<number, Meaning>> = {
  1: meaning('usage', 'the publisher refused the request', 'check the rsync versions and module settings of both ends'),
  2: meaning('protocol', 'the two rsync versions do not understand each other', 'install the same rsync on both ends'),
  3: meaning('files', 'the files cannot be selected', 'check that the folder to pull into exists and is writable'),
  5: meaning('login', 'the publisher refused the login or has no such module', 'check user, password file and module'),
  10: meaning('connection', 'the publisher cannot be reached', LINK_FIX, true),
  11: meaning('disk', 'the files cannot be written: the disk may be full', 'free some space; it is tried again', true),
  12: meaning('stream', 'the link broke in the middle of the transfer', LINK_FIX, true),
  20: meaning('interrupted', 'the transfer was interrupted', LINK_FIX, true),
  22: meaning('memory', 'rsync ran out of memory', 'free some memory; it is tried again', true),
  23: meaning('partial', 'a file is missing or unreadable at the publisher', 'publish the release again', true),
  24: meaning('vanished', 'a file vanished at the publisher during the transfer', 'publish the release again', true),
  30: meaning('timeout', 'the link was silent for longer than the time limit', LINK_FIX, true),
  35: meaning('connect-timeout', 'the publisher did not answer in time', LINK_FIX, true),
};

/** A transfer that did not bring every file. Nothing under a final name is partial. */
export class PullFailed extends Failure {
  readonly reason: string;
  override readonly retryable: boolean;

  /** @param exitCode null when rsync could not be started or was ended by a signal */
  constructor(
    readonly exitCode: number | null,
    said: string,
  ) {
    const found = meaningOf(exitCode);
    super('PullFailed', withWords(found.sentence, said), found.fix, { exitCode, reason: found.reason });
    this.reason = found.reason;
    this.retryable = found.retryable;
  }
}

/** Batches that were not taken over by research's daemon. What has landed has landed; the rest is sent again. */
export class PushFailed extends Failure {
  readonly reason: string;
  override readonly retryable: boolean;

  /** @param exitCode null when rsync could not be started or was ended by a signal */
  constructor(
    readonly exitCode: number | null,
    said: string,
  ) {
    const { reason, retryable } = meaningOf(exitCode);
    const fix =
      reason === 'login'
        ? 'check user, password file and module of both ends'
        : 'check that research’s rsync daemon runs, has room, and that the network between the tiers is up; it is tried again';
    super('PushFailed', withWords(`batches were not sent (${reason})`, said), fix, { exitCode, reason });
    this.reason = reason;
    // What vanished or cannot be read here was acknowledged and deleted meanwhile, or is there at the next attempt.
    this.retryable = retryable || exitCode === 23 || exitCode === 24;
  }
}

function meaningOf(exitCode: number | null): Meaning {
  return (exitCode === null ? undefined : MEANINGS[exitCode]) ?? UNKNOWN;
}

function withWords(sentence: string, said: string): string {
  const first = said.trim().split(/\r?\n/).at(0);
  return first ? `${sentence}: ${first}` : sentence;
}

const UNKNOWN = meaning('ended', 'rsync ended without finishing', LINK_FIX, true);

function meaning(reason: string, sentence: string, fix: string, retryable = false): Meaning {
  return { reason, sentence, fix, retryable };
}
