import type { DeployFile, DeployHost } from './deploy-file.js';
import { merged } from './settings.js';

export const OPERATOR_FILE = 'operator.config.json';

/**
 * Settings of the commands of a person who decides: those that all share, for schedules are made from them, and the server at the end of
 * his tunnel of ssh.
 */
export function operatorSettings({ temporal, settings }: DeployFile, host: DeployHost): string {
  const own = {
    clock: { kind: 'real' },
    input: { kind: 'store' },
    gateway: { embedded: false },
    temporal: {
      ...{ embedded: false, address: `127.0.0.1:${temporal.port}`, namespace: temporal.namespace, versioned: true },
      tls: {
        ...{ caFile: 'certs/ca.pem', certFile: 'certs/operator.pem', keyFile: 'certs/operator.key' },
        serverName: temporal.serverName ?? host.name,
      },
    },
  };
  return `${JSON.stringify(merged(own, settings), null, 2)}\n`;
}
