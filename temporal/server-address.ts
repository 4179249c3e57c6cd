import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from '@temporalio/client';
import type { Config } from '../shared/config/config.js';
import { readPrivateFile } from '../shared/node/process/private-files.js';

/** Where the Temporal server is, and how to speak to it. */
export interface ServerAddress {
  /** host:port of the gRPC front end. */
  readonly address: string;
  readonly namespace: string;
  /** mTLS; absent on loopback. */
  readonly tls?: Exclude<ConnectionOptions['tls'], boolean | null | undefined>;
}

/** @throws Failure 'KeyExposed' where others can read the key of the client certificate */
export function serverAddress({ temporal }: Config): ServerAddress {
  const { address, namespace, tls } = temporal;
  if (tls === null) return { address, namespace };
  return {
    address,
    namespace,
    tls: {
      serverRootCACertificate: readFileSync(tls.caFile),
      clientCertPair: { crt: readFileSync(tls.certFile), key: readPrivateFile(tls.keyFile) },
      ...(tls.serverName === null ? {} : { serverNameOverride: tls.serverName }),
    },
  };
}
