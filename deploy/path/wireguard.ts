import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { PathDescription, Side } from './description.js';

/** A private key as WireGuard writes it: 32 bytes in base64. */
export function newPrivateKey(): string {
  const { d } = generateKeyPairSync('x25519').privateKey.export({ format: 'jwk' });
  return Buffer.from(d!, 'base64url').toString('base64');
}

export function publicKeyOf(privateKey: string): string {
  const der = Buffer.concat([X25519_PKCS8, Buffer.from(privateKey, 'base64')]);
  const key = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
  return Buffer.from(key.export({ format: 'jwk' }).x!, 'base64url').toString('base64');
}

/** What stands before the 32 bytes of an X25519 key in PKCS #8 (RFC 8410). */
const X25519_PKCS8 = Buffer.from('302e020100300506032b656e04220420', 'hex');

/**
 * The tunnel file of one side, for wg-quick and for WireGuard for Windows. Only the broker opens it, and keeps it open: research knows
 * no endpoint of the broker.
 */
export function tunnelFile(path: PathDescription, side: Side, privateKey: string, peerKey: string): string {
  const { research, broker } = path;
  const isBroker = side === 'broker';
  return [
    '[Interface]',
    `PrivateKey = ${privateKey}`,
    `Address = ${path[side].address}/32`,
    ...(isBroker ? [] : [`ListenPort = ${research.port}`]),
    '',
    '[Peer]',
    `PublicKey = ${peerKey}`,
    `AllowedIPs = ${isBroker ? research.address : broker.address}/32`,
    ...(isBroker ? [`Endpoint = ${research.endpoint}:${research.port}`, 'PersistentKeepalive = 25'] : []),
    '',
  ].join('\n');
}
