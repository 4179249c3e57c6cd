import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { ConnectionOptions } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import type { Config } from '../shared/config/config.js';
import { Failure } from '../shared/failure.js';
import { readPrivateFile } from '../shared/node/process/private-files.js';
import { dataConverterOf } from './payload-encryption.js';

/** Where the Temporal server is, and how to speak to it. */
export interface ServerAddress {
  /** host:port of the gRPC front end. */
  readonly address: string;
  readonly namespace: string;
  /** mTLS; absent on loopback. */
  readonly tls?: Exclude<ConnectionOptions['tls'], boolean | null | undefined>;
  /** Encrypts what is sent; absent where it goes as it is. */
  readonly dataConverter?: DataConverter;
}

/**
 * Who speaks to the server: so that it can tell them apart, and one certificate can be taken back without the others. A watcher is
 * one of its own on either tier: it starts the workflows of alarms, and a broker's worker starts nothing.
 */
export type Tier = 'orchestrator' | 'research' | 'broker' | 'watcher';

/**
 * @param tier whose certificate is shown, where each tier has one
 * @throws Failure 'KeyExposed' where others can read the payload keys or the key of the client certificate; 'BadKey' and
 *   'NoCertificate' without one
 */
export function serverAddress(config: Config, tier?: Tier): ServerAddress {
  const { address, namespace, tls } = config.temporal;
  const dataConverter = dataConverterOf(config);
  const server = { address, namespace, ...(dataConverter ? { dataConverter } : {}) };
  if (tls === null) return server;
  return {
    ...server,
    tls: {
      serverRootCACertificate: readFileSync(tls.caFile),
      clientCertPair: certificateOf(tls, tier),
      ...(tls.serverName === null ? {} : { serverNameOverride: tls.serverName }),
    },
  };
}

function certificateOf(tls: NonNullable<Config['temporal']['tls']>, tier: Tier | undefined) {
  const { certFile, keyFile, tierFolder } = tls;
  if (tier === undefined || tierFolder === null) return { crt: readFileSync(certFile), key: readPrivateFile(keyFile) };
  const [own, ownKey] = [path.join(tierFolder, `${tier}.pem`), path.join(tierFolder, `${tier}.key`)];
  const missing = [own, ownKey].find((file) => !existsSync(file));
  // Never another one in its place: the server would take this tier for somebody else.
  if (missing !== undefined)
    throw new Failure('NoCertificate', `there is no ${missing}`, 'bring it, or set temporal.tls.tierFolder to null');
  return { crt: readFileSync(own), key: readPrivateFile(ownKey) };
}
