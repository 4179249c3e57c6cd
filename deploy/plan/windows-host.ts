import { type Config, followedFolder } from '../../shared/config/config.js';
import { BRIDGE_NODE_ARGUMENTS } from '../../shared/node/process/bridge-heap.js';
import { HEADERS_NAME, TRACED_SERVICES } from './collector.js';
import { type DeployFile, type DeployHost, homeOf, nodeOf, placesOn, programOf } from './deploy-file.js';
import { peersOf } from './flows.js';
import {
  type FileNeed,
  type FolderNeed,
  type HostNeeds,
  type KeyNeed,
  type ServiceNeed,
  UNSAID,
  type WindowsRight,
} from './host-needs.js';
import { IBC_OWN_LINES, ibcSettings } from './machine-settings.js';
import { gatewayPort, settingsOf } from './settings.js';
import { tunnelConf } from './tunnel-conf.js';
import { nssmCommands } from './windows-nssm.js';
import { REGISTRY, type RegistryNeed, registryFile } from './windows-registry.js';
import { winswFile } from './windows-winsw.js';

/** What a Windows host needs beyond what every host does. */
export interface WindowsNeeds extends HostNeeds {
  readonly registry: readonly RegistryNeed[];
  /** Folders that Defender does not look into while it watches: `why` says what it would hold open there. */
  readonly unscanned: readonly { readonly path: string; readonly why: string }[];
  readonly firewall: readonly WindowsRule[];
}

export interface WindowsRule {
  readonly name: string;
  readonly action: 'Allow' | 'Block';
  readonly protocol: 'TCP' | 'UDP' | 'Any';
  readonly localPort: number | null;
  readonly localAddress: string | null;
  readonly remoteAddresses: readonly string[];
  readonly why: string;
}

/** Folder of what installs and hosts the services. */
export const windowsServiceFolder = (host: DeployHost): string => `${homeOf(host)}\\service`;
export const GATEWAY_FOLDER = 'C:\\ProgramData\\believe-gateway';
export const GATEWAY_USER = 'believe-gateway';
export const windowsConfigFile = (host: DeployHost): string => `${homeOf(host)}\\believe.config.json`;

/** All that a Windows broker needs. @param source name of the file, for what is said of it @throws BadInput */
export function windowsHost(file: DeployFile, host: DeployHost, source: string): WindowsNeeds {
  const { config, written } = settingsOf(file, host, source);
  const services = windowsServices(host, config);
  const home = homeOf(host);
  const { broker } = placesOn(host);
  return {
    ...{
      host: host.name,
      os: 'windows',
      users: [],
      groups: [],
      handed: [],
      foreignKeys: [],
      foreignUnits: [],
      services,
    },
    folders: folders(host, services),
    keys: keys(file, host, config),
    files: files(file, host, services, `${JSON.stringify(written, null, 2)}\n`),
    registry: REGISTRY,
    unscanned: [
      {
        path: broker.folder,
        why: 'a file that was just written is renamed at once, and a scanner that holds it open makes that wait or fail',
      },
      { path: `${home}\\logs`, why: 'logs grow with every line' },
      ...(host.sierra === undefined
        ? []
        : [
            {
              path: host.sierra.dataFolder,
              why: 'Sierra Chart appends to large files all day, and each close would scan them whole',
            },
          ]),
    ],
    firewall: firewall(host),
  };
}

function windowsServices(host: DeployHost, config: Config): ServiceNeed[] {
  const { broker, watch } = placesOn(host);
  const make = (
    name: string,
    command: readonly string[],
    special: Pick<ServiceNeed, 'why' | 'writes'> & Partial<ServiceNeed>,
  ): ServiceNeed => ({
    ...{ ...UNSAID, name: `believe-${name}`, description: `${name} of believe`, command },
    ...{ user: `NT SERVICE\\believe-${name}`, group: '', umask: '', network: 'internet' },
    ...special,
    environment: {
      ...environment(host, special.tier ?? null, config),
      ...(config.telemetry.headersFile !== null && TRACED_SERVICES.includes(name)
        ? { BELIEVE_TELEMETRY_HEADERS_FILE: headersFile(host) }
        : {}),
    },
  });
  const run = (script: string, words: readonly string[], nodeArguments: readonly string[] = []) => [
    ...[nodeOf(host), ...nodeArguments, '--enable-source-maps'],
    ...[`${programOf(host)}\\dist\\${script}.js`, ...words, '--config', windowsConfigFile(host)],
  ];
  const cli = (words: readonly string[], nodeArguments?: readonly string[]) => run('cli\\main', words, nodeArguments);
  const worker = (name: string, ...words: string[]) => run(`workers\\${name}`, words);
  return [
    make('bridge', cli(['bridge'], BRIDGE_NODE_ARGUMENTS), {
      ...{ writes: [broker.folder], why: 'captures and decides, and alone sends orders' },
    }),
    make('broker', worker('broker'), {
      ...{
        writes: [broker.folder],
        tier: 'broker',
        why: 'pulls, accepts and arms releases, seals and sends batches; cannot send an order',
      },
    }),
    ...(followedFolder(config) === null
      ? []
      : [
          make('sierra', cli(['sierra', 'follow']), {
            writes: [broker.sierra],
            why: 'follows the files of Sierra Chart: the second capture',
          }),
        ]),
    ...(config.watch.enabled
      ? [
          make('watcher', worker('watcher', '--tier', 'broker'), {
            writes: [watch.folder],
            tier: 'watcher',
            why: 'looks, and has people told, with Temporal and without',
          }),
        ]
      : []),
  ];
}

const headersFile = (host: DeployHost): string => `${homeOf(host)}\\certs\\${HEADERS_NAME}`;

function environment(host: DeployHost, tier: ServiceNeed['tier'], config: Config): Record<string, string> {
  return {
    BELIEVE_CACHE: `${homeOf(host)}\\cache`,
    NODE_ENV: 'production',
    Path: `${host.rsyncFolder};C:\\Windows\\System32;C:\\Windows`,
    ...(tier === null
      ? {}
      : {
          BELIEVE_TEMPORAL_TLS_CERT_FILE: `${homeOf(host)}\\certs\\${tier}.pem`,
          BELIEVE_TEMPORAL_TLS_KEY_FILE: `${homeOf(host)}\\certs\\${tier}.key`,
        }),
    ...(tier === null || config.temporal.encryption.keysFile === null
      ? {}
      : { BELIEVE_TEMPORAL_ENCRYPTION_KEYS_FILE: `${homeOf(host)}\\certs\\payload-keys.json` }),
  };
}

function folders(host: DeployHost, services: readonly ServiceNeed[]): FolderNeed[] {
  const { broker, watch } = placesOn(host);
  const home = homeOf(host);
  const has = (name: string) => services.some((one) => one.name === name);
  const of = (right: WindowsRight['right'], inherits: boolean, ...names: string[]): WindowsRight[] =>
    names.filter(has).map((name) => ({ who: `NT SERVICE\\${name}`, right, inherits }));
  const all = services.map(({ name }) => name);
  const folder = (path: string, why: string, ...rights: WindowsRight[][]): FolderNeed => ({
    ...{ path, why, owner: '', group: '', mode: '' },
    rights: [...ADMINISTRATION, ...rights.flat()],
  });
  return [
    folder(home, 'all state; services pass through', of('RX', false, ...all)),
    folder(
      `${home}\\certs`,
      'certificates of broker and watcher, and payload keys',
      of('RX', true, 'believe-broker', 'believe-watcher'),
    ),
    folder(`${home}\\tunnel`, 'private key of the tunnel'),
    folder(`${home}\\cache`, 'libraries that were obtained', of('RX', true, ...all)),
    folder(`${home}\\logs`, 'what the services say', of('M', true, ...all)),
    folder(windowsServiceFolder(host), 'what hosts the services', of('RX', true, ...all)),
    folder(
      broker.folder,
      'what bridge and broker worker tell each other',
      of('M', true, 'believe-bridge', 'believe-broker'),
      of('RX', true, 'believe-watcher'),
      of('RX', false, 'believe-sierra'),
    ),
    folder(broker.keys, 'journal key, passwords of rsync', of('RX', true, 'believe-broker')),
    folder(
      broker.sierra,
      'the second capture',
      of('M', true, 'believe-sierra', 'believe-broker'),
      of('RX', true, 'believe-watcher'),
    ),
    folder(watch.folder, "alarm channels' secrets, what was told", of('M', true, 'believe-watcher')),
    ...(host.gateway?.ibc === undefined
      ? []
      : [folder(GATEWAY_FOLDER, "IB's login and settings", [{ who: GATEWAY_USER, right: 'M', inherits: true }])]),
  ];
}

/** The system, and whoever administers the machine. */
const ADMINISTRATION: readonly WindowsRight[] = [
  { who: 'NT AUTHORITY\\SYSTEM', right: 'F', inherits: true },
  { who: 'BUILTIN\\Administrators', right: 'F', inherits: true },
];

function keys(file: DeployFile, host: DeployHost, config: Config): KeyNeed[] {
  const { broker, watch } = placesOn(host);
  const home = homeOf(host);
  const key = (path: string, why: string, madeBy: string, kind: KeyNeed['kind'] = 'file'): KeyNeed => ({
    path,
    why,
    madeBy,
    kind,
    owner: '',
  });
  const brought = `bring it into ${home}\\certs`;
  return [
    key(broker.keys, 'journal key, passwords of rsync', 'the key ceremony: CHECKLIST.md, "Keys"', 'folder'),
    key(broker.trust, 'root of trust', 'the key ceremony: CHECKLIST.md, "Keys"', 'folder'),
    key(`${home}\\certs\\ca.pem`, 'authority of the Temporal server', brought),
    key(`${home}\\certs\\broker.pem`, 'certificate that is shown to Temporal', brought),
    key(`${home}\\certs\\broker.key`, 'its key', brought),
    ...(config.telemetry.headersFile === null
      ? []
      : [key(headersFile(host), 'headers of the collector of traces', brought)]),
    key(`${watch.folder}\\channels.json`, 'channels of alarms', 'docs/alarms.md, "Channels"'),
    ...(peersOf(file, host).length > 0
      ? [
          key(
            `${home}\\tunnel\\${file.tunnel.interface}.key`,
            'private key of the tunnel',
            'install.ps1 makes it on this host',
          ),
        ]
      : []),
  ];
}

function files(file: DeployFile, host: DeployHost, services: readonly ServiceNeed[], settings: string): FileNeed[] {
  const home = homeOf(host);
  const service = windowsServiceFolder(host);
  const of = (path: string, content: string, why: string, ownLines?: readonly string[]): FileNeed => ({
    ...{ path, content, why, owner: '', group: '', mode: '' },
    ...(ownLines === undefined ? {} : { ownLines }),
  });
  const hosting =
    host.serviceHost.kind === 'nssm'
      ? [
          of(
            `${service}\\install-services.cmd`,
            nssmCommands(host, services),
            'makes the services, and makes them again as they should be',
          ),
        ]
      : services.map((one) => of(`${service}\\${one.name}.xml`, winswFile(host, one), one.why));
  return [
    of(windowsConfigFile(host), settings, 'settings of every process of this host'),
    of(`${home}\\market-clock.json`, '{"kind":"real"}\n', 'market time is the time of this machine'),
    of(`${service}\\settings.reg`, registryFile(REGISTRY), 'updates, time, crashes'),
    ...hosting,
    ...(peersOf(file, host).length > 0
      ? [
          of(
            `${home}\\tunnel\\${file.tunnel.interface}.template`,
            windowsLines(tunnelConf(file, host)),
            'the tunnel, without its key',
          ),
        ]
      : []),
    ...(host.gateway?.ibc === undefined
      ? []
      : [
          of(
            `${GATEWAY_FOLDER}\\config.ini`,
            windowsLines(ibcSettings(host.gateway)),
            'login, daily restart and dialogs of IB Gateway',
            IBC_OWN_LINES,
          ),
          of(
            `${GATEWAY_FOLDER}\\start-gateway.cmd`,
            startGateway(host),
            'starts IB Gateway by IBC, at the logon of its user',
          ),
        ]),
  ].sort((one, other) => (one.path < other.path ? -1 : 1));
}

/** IBC's own start script, with all that its front scripts would ask one to edit. */
function startGateway({ gateway }: DeployHost): string {
  const { ibc, twsMajorVersion, twsFolder = 'C:\\Jts', mode } = gateway!;
  const words = [
    ...[
      `call "${ibc}\\scripts\\StartIBC.bat" ${twsMajorVersion} /Gateway`,
      `"/TwsPath:${twsFolder}"`,
      `"/TwsSettingsPath:${GATEWAY_FOLDER}"`,
    ],
    ...[`"/IbcPath:${ibc}"`, `"/Config:${GATEWAY_FOLDER}\\config.ini"`, `/Mode:${mode}`, '/On2FATimeout:restart'],
  ];
  return windowsLines(`@echo off\n${words.join(' ')}\n`);
}

/** Through the tunnel nothing comes in; whoever administers does, from where the plan says. Everything else Windows drops by itself. */
function firewall(host: DeployHost): WindowsRule[] {
  const rule = { protocol: 'TCP', localPort: null, localAddress: null, remoteAddresses: [] } as const;
  return [
    {
      ...{
        ...rule,
        name: 'believe: nothing from the tunnel',
        action: 'Block',
        protocol: 'Any',
        localAddress: host.address,
      },
      why: 'research must not be able to reach the broker',
    },
    {
      ...{
        ...rule,
        name: 'believe: administration',
        action: 'Allow',
        localPort: host.admin.port ?? 3389,
        remoteAddresses: host.admin.from,
      },
      why: 'remote desktop, from where people of the administration are',
    },
    ...(host.gateway === undefined
      ? []
      : [
          {
            ...{
              ...rule,
              name: 'believe: API of the gateway',
              action: 'Block' as const,
              localPort: gatewayPort(host.gateway),
              remoteAddresses: ['Any'],
            },
            why: 'the bridge is on this machine; what comes from another one could trade',
          },
        ]),
  ];
}

/** As Windows' own tools write lines. */
export const windowsLines = (text: string): string => text.replaceAll('\n', '\r\n');
