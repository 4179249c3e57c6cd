import { base64Of } from '../../shared/trust/tlog/note-text.js';

/** Nothing from elsewhere, nothing inline but what has these hashes, and no text that becomes markup. */
export function contentPolicy(scriptHash: string, styleHash: string): string {
  return [
    "default-src 'none'",
    `script-src ${scriptHash}`,
    `style-src ${styleHash}`,
    "connect-src 'self'",
    "img-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}

const known = new Map<string, Promise<string>>();

/** @returns a source of a content security policy, such as 'sha256-...' */
export function hashSource(text: string): Promise<string> {
  const before = known.get(text);
  if (before) return before;
  const made = crypto.subtle
    .digest('SHA-256', new TextEncoder().encode(text))
    .then((digest) => `'sha256-${base64Of(new Uint8Array(digest))}'`);
  known.set(text, made);
  return made;
}
