import { z } from 'zod';
import { jsonOrUndefined } from '../../shared/fields/json-or-undefined.js';
import { type WebKey, webKey } from '../check/web-key.js';
import type { Environment } from './cloudflare.js';

let known: { readonly text: string; readonly keys: Promise<WebKey[]> } | null = null;

/** The public keys whose posts are taken; imported once for each text. @throws ZodError, TypeError where there are none */
export function stateKeys({ STATE_KEYS }: Pick<Environment, 'STATE_KEYS'>): Promise<WebKey[]> {
  if (known?.text !== STATE_KEYS) {
    const texts = z.array(z.string()).min(1).max(8).parse(jsonOrUndefined(STATE_KEYS));
    known = { text: STATE_KEYS, keys: Promise.all(texts.map(webKey)) };
  }
  return known.keys;
}
