import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import type { Config } from '../shared/config/config.js';
import { EncryptingCodec } from './encrypting-codec.js';
import { PayloadKeys } from './payload-keys.js';

/** For who bundles workflows, whose failures are converted inside the sandbox. */
export const ENCODED_FAILURES = fileURLToPath(new URL('./encoded-failures.js', import.meta.url));

export function encrypts({ temporal }: Pick<Config, 'temporal'>): boolean {
  return temporal.encryption.keysFile !== null;
}

/** Whether the stack of one machine has a codec server for its people. */
export function servesCodec({ temporal }: Pick<Config, 'temporal'>): boolean {
  return encrypts({ temporal }) && temporal.encryption.serverPort > 0;
}

/**
 * How payloads get to the server and back, for a client or worker of these settings; undefined where they go as they are.
 * @throws Failure 'BadKey', 'KeyExposed'
 */
export function dataConverterOf(config: Pick<Config, 'temporal' | 'home'>): DataConverter | undefined {
  const codec = codecOf(config);
  return codec && { payloadCodecs: [codec], failureConverterPath: ENCODED_FAILURES };
}

/** @throws Failure 'BadKey', 'KeyExposed' */
export function codecOf({ temporal, home }: Pick<Config, 'temporal' | 'home'>): EncryptingCodec | undefined {
  const { keysFile, required } = temporal.encryption;
  return keysFile === null ? undefined : new EncryptingCodec(new PayloadKeys(path.resolve(home, keysFile)), required);
}
