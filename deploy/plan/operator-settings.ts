import type { DeployFile, DeployHost } from './deploy-file.js';

export const OPERATOR_FILE = 'operator.config.json';

/** Settings of the commands of a person who decides: at the end of his tunnel of ssh to the host of the server. */
export function operatorSettings({ temporal, settings: shared }: DeployFile, host: DeployHost): string {
  const { encryption } = (shared.temporal ?? {}) as { encryption?: unknown };
  const settings = {
    temporal: {
      ...{ embedded: false, address: `127.0.0.1:${temporal.port}`, namespace: temporal.namespace, versioned: true },
      tls: {
        ...{ caFile: 'certs/ca.pem', certFile: 'certs/operator.pem', keyFile: 'certs/operator.key' },
        serverName: temporal.serverName ?? host.name,
      },
      ...(encryption === undefined ? {} : { encryption }),
    },
  };
  return `${JSON.stringify(settings, null, 2)}\n`;
}
