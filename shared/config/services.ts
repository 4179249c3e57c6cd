import { z } from 'zod';
import { port, portOrOff, positiveCount, text } from './field-types.js';
import { hostOf, isLoopback } from './loopback.js';

/** The one API client id of the bridge, and no setting: IB ties open orders to it, and shows and cancels them under no other. */
export const CLIENT_ID = 251;

const encryptionConfig = z
  .strictObject({
    keysFile: text
      .nullable()
      .default(null)
      .describe(
        'Key file (`believe codec keys init`) that payloads are encrypted with before they leave a process, from the home folder on; null leaves them readable by the server.',
      ),
    required: z
      .boolean()
      .default(false)
      .describe('Refuse payloads that nobody has encrypted; false goes on with runs that began without.'),
    serverPort: portOrOff
      .default(8234)
      .describe('Port of the codec server on this machine, which decodes for the Web UI and `temporal`; 0 is off.'),
    webUiOrigin: text
      .nullable()
      .default(null)
      .describe(
        'The one origin whose pages may ask the codec server, such as https://temporal.example.org; null for the embedded Web UI.',
      ),
    tokenFile: text
      .nullable()
      .default(null)
      .describe(
        'File whose first line is the bearer token that the codec server asks for, from the home folder on; null asks for none.',
      ),
  })
  .superRefine(({ keysFile, required, webUiOrigin }, context) => {
    if (required && keysFile === null)
      context.addIssue({
        ...{ code: 'custom', path: ['keysFile'], input: keysFile },
        message: 'a key file, because temporal.encryption.required is true',
      });
    if (webUiOrigin !== null && !isOrigin(webUiOrigin))
      context.addIssue({
        ...{ code: 'custom', path: ['webUiOrigin'], input: webUiOrigin },
        message: 'an origin such as https://temporal.example.org: scheme, host and port alone',
      });
  });

/** As a browser writes it: a page of any other spelling would not be recognised. */
function isOrigin(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).origin === text;
}

export const temporalConfig = z
  .strictObject({
    address: text
      .nullable()
      .default(null)
      .describe('host:port that the workers and the command line connect to; null for the embedded server.'),
    namespace: text.default('believe').describe('Temporal namespace; created at start where it is missing.'),
    embedded: z.boolean().default(true).describe('Start a Temporal server with its Web UI on this machine.'),
    port: port.default(7233).describe('Port of the embedded server.'),
    uiPort: port.default(8233).describe('Port of the Web UI of the embedded server.'),
    versioned: z
      .boolean()
      .default(false)
      .describe('Run the orchestrator under Worker Deployment Versioning: a ship ends on the code it began with.'),
    tls: z
      .strictObject({
        caFile: text.describe("PEM file of the authority that signed the server's certificate."),
        certFile: text.describe('PEM file of the client certificate.'),
        keyFile: text.describe('PEM file of the key of the client certificate.'),
        serverName: text
          .nullable()
          .default(null)
          .describe("Name in the server's certificate, where it is not the address."),
        tierFolder: text
          .nullable()
          .default(null)
          .describe(
            'Folder with a certificate for each tier (research.pem with research.key, and so broker, orchestrator and watcher): each process shows its own, and the command line certFile.',
          ),
      })
      .nullable()
      .default(null)
      .describe('Mutual TLS to a server of your own; null for plain connections on loopback.'),
    encryption: encryptionConfig.prefault({}).describe('Payloads that the Temporal server cannot read.'),
  })
  .transform((temporal, context) => {
    const embeddedAddress = `127.0.0.1:${temporal.port}`;
    const refuse = (message: string) =>
      context.addIssue({ code: 'custom', path: ['address'], message, input: temporal.address });
    if (!temporal.embedded && temporal.address === null)
      refuse('host:port of your server, because temporal.embedded is false');
    if (temporal.embedded && temporal.address !== null && !temporal.address.endsWith(`:${temporal.port}`))
      refuse(`null or an address with port ${temporal.port}, because the embedded server listens there`);
    const address = temporal.address ?? embeddedAddress;
    if (temporal.tls === null && !isLoopback(hostOf(address)))
      context.addIssue({
        ...{ code: 'custom', path: ['tls'], input: null },
        message: `caFile, certFile and keyFile, because ${address} is another machine: whoever reads along could decide`,
      });
    return { ...temporal, address };
  });

export const gatewayConfig = z.strictObject({
  host: text.default('127.0.0.1').describe('Where IB Gateway, or the simulator, listens.'),
  port: port.default(4002).describe('Its API port (IB Gateway: 4002 paper, 4001 live).'),
  embedded: z
    .boolean()
    .default(true)
    .describe('Start the gateway simulator on this machine, with SYNTHETIC or replayed data.'),
  account: text.default('DU1000001').describe('Account that orders are sent for; paper accounts start with D.'),
  mode: z.enum(['paper', 'live']).default('paper').describe('live sends real orders and needs liveAccount.'),
  liveAccount: text
    .nullable()
    .default(null)
    .describe('The live account spelled out a second time: without it live mode is refused.'),
});

export const rsyncConfig = z.strictObject({
  host: text.default('127.0.0.1').describe('Where the broker reaches the rsync daemon (its WireGuard address).'),
  port: port.default(8730).describe('Port of the rsync daemon that publishes releases and receives batches.'),
  bwlimitKiBps: positiveCount.nullable().default(null).describe('Limit of each transfer in KiB/s; null for none.'),
});

export const metricsConfig = z.strictObject({
  orchestratorPort: portOrOff.default(9464).describe('Prometheus port of the orchestrator worker; 0 is off.'),
  researchPort: portOrOff.default(9465).describe('Prometheus port of the research worker; 0 is off.'),
  brokerPort: portOrOff.default(9466).describe('Prometheus port of the broker worker; 0 is off.'),
  bridgePort: portOrOff.default(9467).describe('Prometheus port of the bridge; 0 is off.'),
});
