import { posted as postedBy, RecordPoster } from '../../bench/dashboard/record-poster.js';
import type { SigningKey } from '../../shared/trust/ed25519-key.js';
import { KEYS } from '../release/release-fixture.js';

export { ORIGIN, stateAt } from '../../bench/dashboard/record-poster.js';

export const STATE_KEY = KEYS.state;

export function posted(payloadType: string, payload: object, key: SigningKey = STATE_KEY): Buffer {
  return postedBy(payloadType, payload, key);
}

export class Publisher extends RecordPoster {
  constructor() {
    super(STATE_KEY);
  }
}
