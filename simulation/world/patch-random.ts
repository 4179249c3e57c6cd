import crypto from 'node:crypto';
import { activeWorld } from './world.js';

/** UUIDs, random bytes and `Math.random` from the world's seed. */
export function patchRandom(): void {
  const { randomUUID, randomBytes } = crypto;
  const { random } = Math;
  const draw = (size: number): Buffer | null => {
    const world = activeWorld();
    return world && Buffer.from(Array.from({ length: size }, () => Math.floor(world.processRandom() * 256)));
  };
  Object.assign(crypto, {
    randomUUID: (...args: []) => {
      const bytes = draw(16);
      return bytes ? uuidOf(bytes) : randomUUID(...args);
    },
    randomBytes: (size: number, ...rest: []) => draw(size) ?? randomBytes(size, ...rest),
  });
  Math.random = () => activeWorld()?.processRandom() ?? random();
}

/** Version 4, variant 1. */
function uuidOf(bytes: Buffer): string {
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
