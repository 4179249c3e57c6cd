import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { type Alarm, fingerprintOf } from '../shared/alarm/alarm.js';
import { createFile } from '../shared/node/disk/create-file.js';

type Which = Pick<Alarm, 'tier' | 'name' | 'about' | 'since'>;

/**
 * A link that acknowledges this alarm, since this time, and nothing else: whoever has the message may answer it. It is used up by
 * the answer, because an alarm that was acknowledged cannot be acknowledged again.
 */
export function acknowledgeLink(pageUrl: string, keyFile: string, one: Which): string {
  const query = new URLSearchParams({
    alarm: fingerprintOf(one),
    since: one.since,
    key: tokenOf(keyFile, fingerprintOf(one), one.since),
  });
  return `${pageUrl.replace(/\/$/, '')}/acknowledge?${query}`;
}

export function isLinkKey(keyFile: string, fingerprint: string, since: string, key: string): boolean {
  const [own, asked] = [Buffer.from(tokenOf(keyFile, fingerprint, since)), Buffer.from(key)];
  return own.length === asked.length && timingSafeEqual(own, asked);
}

function tokenOf(keyFile: string, fingerprint: string, since: string): string {
  return createHmac('sha256', keyOf(keyFile)).update(`${fingerprint}\n${since}`).digest('base64url');
}

/** Made by whoever needs it first. */
function keyOf(file: string): Buffer {
  if (!existsSync(file)) createFile(file, randomBytes(32).toString('hex'), 0o600);
  return Buffer.from(readFileSync(file, 'utf8').trim(), 'hex');
}
