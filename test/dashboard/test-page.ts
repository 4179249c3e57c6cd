import assert from 'node:assert/strict';
import { type LocalPage, type LocalPageOptions, startLocalPage } from '../../deploy/local-page.js';
import { ORIGIN, STATE_KEY } from './posts.js';

/** A page of its own in workerd, that takes what the state key of the tests has signed. */
export function startTestPage(changes: Partial<LocalPageOptions> = {}): Promise<LocalPage> {
  return startLocalPage({
    ...{ origin: ORIGIN, fundName: 'Example Fund', host: '127.0.0.1', port: 0, folder: null },
    ...{ stateKeys: [STATE_KEY.spkiDer.toString('base64')], ...changes },
  });
}

/** Posts that the page has to take. */
export async function postAll({ url }: LocalPage, posts: readonly Uint8Array[]): Promise<void> {
  for (const body of posts)
    assert.equal((await fetch(`${url}/ingest`, { method: 'POST', body: Buffer.from(body) })).status, 200);
}
