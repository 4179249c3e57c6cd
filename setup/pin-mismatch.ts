import { Failure } from '../shared/failure.js';

/**
 * What was obtained has other bytes than the pinned ones. Somebody may have changed them on their way, so nothing else is
 * tried in its place: another source would hide it.
 */
export class PinMismatch extends Failure {
  constructor(what: string, pinned: string, found: string, fix: string) {
    super('PinMismatch', `${what} is not the pinned one: ${pinned} was expected, ${found} was found`, fix, {
      pinned,
      found,
    });
  }
}
