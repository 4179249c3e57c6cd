import { authorityIn, certificateIn, commented } from './server-files.js';
import type { TemporalServerSettings } from './settings.js';

/** The Web UI that is built for this server: `go install github.com/temporalio/ui-server/v2/cmd/server@VERSION`. */
export const WEB_UI_VERSION = 'v2.42.1';

/**
 * What the Web UI reads, by name (`ui-server --env web-ui start`): to the server it shows the reader's certificate, so whoever reaches
 * it looks, and who may do more says so by a token of his own. It knows no TLS of its own and listens on loopback.
 */
export function webUiFiles(settings: TemporalServerSettings): Record<string, string> {
  const { certFile, keyFile } = certificateIn(settings.certificates, 'reader');
  return {
    'web-ui.yaml': commented(['Written by `believe temporal configure`.'], {
      temporalGrpcAddress: `${settings.address}:${settings.port}`,
      host: '127.0.0.1',
      port: settings.webUi.port,
      enableUi: true,
      defaultNamespace: settings.namespace,
      showTemporalSystemNamespace: false,
      // Nothing is asked of the network of other people.
      notifyOnNewVersion: false,
      cors: { allowOrigins: [], cookieInsecure: true },
      tls: {
        ...{ caFile: authorityIn(settings.certificates), certFile, keyFile },
        ...{ enableHostVerification: true, serverName: settings.serverName },
      },
      auth: { enabled: false },
      disableWriteActions: settings.tokens === null,
    }),
  };
}
