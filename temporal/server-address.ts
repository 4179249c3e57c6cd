import type { TLSConfig } from '@temporalio/common/lib/internal-non-workflow/index.js';

/** Where the Temporal server is, and how to speak to it. */
export interface ServerAddress {
  /** host:port of the gRPC front end. */
  readonly address: string;
  readonly namespace: string;
  /** mTLS; absent on loopback. */
  readonly tls?: TLSConfig;
}
