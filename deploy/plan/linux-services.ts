import path from 'node:path';
import type { Config } from '../../shared/config/config.js';
import { followedFolder, publishes } from '../../shared/config/config.js';
import { BRIDGE_NODE_ARGUMENTS } from '../../shared/node/process/bridge-heap.js';
import { BRIDGE_NICE, BRIDGE_REAL_TIME_PRIORITY } from '../../shared/node/process/bridge-priority.js';
import { buildsFolderOf } from '../upgrade/builds-folder.js';
import { collectorOf, HEADERS_NAME, TRACED_SERVICES } from './collector.js';
import { type DeployFile, type DeployHost, homeOf, nodeOf, placesOn, programOf, type Role } from './deploy-file.js';
import { type ServiceNeed, type Tier, UNSAID } from './host-needs.js';
import { CONFIG_FILE, heldFolder, INSTANCE, SHARED_GROUP, SIGNING_GROUP, TRADING_GROUP } from './linux-places.js';
import { temporalServices } from './temporal-host.js';

/** Every process of ours on a Linux host, as a service of its own user. */
export function linuxServices(file: DeployFile, host: DeployHost, config: Config): ServiceNeed[] {
  const has = (role: Role) => host.roles.includes(role);
  return [
    ...(has('research') ? researchServices(file, host, config) : []),
    ...(has('broker') ? brokerServices(file, host, config) : []),
    ...(has('temporal') ? temporalServices(file, host) : []),
    ...(host.backup === undefined ? [] : [backupService(host)]),
  ];
}

function researchServices(file: DeployFile, host: DeployHost, config: Config): ServiceNeed[] {
  const { research, signer, receiver, watch, public: page } = placesOn(host);
  const make = maker(host, config);
  const broker = addressesOf(file, 'broker');
  return [
    make('signer', worker(host, 'signer'), {
      ...{ group: SIGNING_GROUP, network: 'none', writes: [signer.folder, research.releases, research.published] },
      hidden: [research.measuringKeys, receiver.keys, watch.folder, page.keys],
      credential:
        host.signerPassphraseFile === undefined ? null : { name: 'passphrase', file: host.signerPassphraseFile },
      why: 'holds the release key: it knows no network, and reads what it signs by content hash',
    }),
    make('receiver', worker(host, 'receiver'), {
      ...{
        network: 'none',
        writes: [receiver.folder],
        hidden: [signer.keys, research.measuringKeys, watch.folder, page.keys],
      },
      why: 'takes batches of the broker out of the landing folder, each exactly once',
    }),
    make('rsyncd', ['/usr/bin/rsync', '--daemon', '--no-detach', '--config=/etc/believe/rsyncd.conf'], {
      ...{
        group: 'believe-landing',
        network: 'tunnel',
        peers: broker,
        after: [`wg-quick@${file.tunnel.interface}.service`],
      },
      ...{ writes: [receiver.landing, '/var/log/believe-rsyncd'], umask: '0027', environment: {} },
      hidden: [signer.folder, research.measuringKeys, receiver.keys, watch.folder, page.folder],
      why: 'the one door for the broker: it reads releases and receipts, and writes batches',
    }),
    make('research', worker(host, 'research'), {
      ...{
        ...serverNetwork(file, host),
        tier: 'research',
        writes: [research.folder, signer.inbox, '/var/cache/believe'],
      },
      hidden: [signer.keys, receiver.keys, watch.folder, page.keys],
      why: 'trains, gates and signs what it measures; holds no release key and no credential of the broker',
    }),
    make('orchestrator', worker(host, 'orchestrator'), {
      ...{ ...serverNetwork(file, host), tier: 'orchestrator', writes: [] },
      hidden: [research.folder, signer.folder, receiver.folder, watch.folder, page.folder],
      why: 'orders the steps; holds nothing secret but its certificate',
    }),
    ...watchServices(host, config, 'research'),
    ...(publishes(config)
      ? [
          make('public', worker(host, 'public'), {
            ...{ network: 'internet' as const, tier: 'research' as const, writes: [page.folder] },
            hidden: [signer.folder, research.measuringKeys, receiver.keys, watch.folder],
            why: 'publishes the signed record; holds the state key',
          }),
        ]
      : []),
  ];
}

/**
 * The orchestrator of a build that is not the one in use, an instance a build (`%i`): it goes on with the ships that began on it.
 * Nothing else of it may be asked for twice: metrics are the current one's.
 */
export function drainingOrchestrator(host: DeployHost, orchestrator: ServiceNeed): ServiceNeed {
  const program = programOf(host);
  return {
    ...orchestrator,
    ...{ name: `${orchestrator.name}@`, description: 'orchestrator of believe, of a former build' },
    command: orchestrator.command.map((word) =>
      word.startsWith(`${program}/`) ? `${buildsFolderOf(program)}/${INSTANCE}${word.slice(program.length)}` : word,
    ),
    environment: { ...orchestrator.environment, BELIEVE_METRICS_ORCHESTRATOR_PORT: '0' },
    why: 'goes on with the ships that began on a build before, until they have ended',
  };
}

function brokerServices(file: DeployFile, host: DeployHost, config: Config): ServiceNeed[] {
  const { broker, watch } = placesOn(host);
  const make = maker(host, config);
  const trading = { group: TRADING_GROUP, umask: '0007' };
  const research = addressesOf(file, 'research');
  const server = serverNetwork(file, host);
  const { gateway } = host;
  return [
    make('bridge', cli(host, ['bridge'], BRIDGE_NODE_ARGUMENTS), {
      ...{ ...trading, network: 'tunnel', peers: [], writes: [broker.folder], hidden: [broker.keys, watch.folder] },
      after: gateway?.ibc === undefined ? [] : ['believe-gateway.service'],
      ...{ nice: BRIDGE_NICE, realTimePriorityMax: BRIDGE_REAL_TIME_PRIORITY },
      why: 'captures and decides, and alone sends orders: it reaches this machine and nothing else',
    }),
    make('broker', worker(host, 'broker'), {
      ...{ ...trading, ...server, tier: 'broker', writes: [broker.folder], hidden: [watch.folder] },
      peers: [...new Set([...server.peers, ...research])],
      why: 'pulls, accepts and arms releases, seals and sends batches; holds the journal key and cannot send an order',
    }),
    ...(followedFolder(config) === null
      ? []
      : [
          make('sierra', cli(host, ['sierra', 'follow']), {
            ...{ ...trading, network: 'none' as const, writes: [broker.sierra], hidden: [broker.keys, watch.folder] },
            why: 'follows the files of Sierra Chart: the second capture',
          }),
        ]),
    ...watchServices(host, config, 'broker'),
    ...(gateway?.ibc === undefined
      ? []
      : [
          make('gateway', ibcCommand(host), {
            ...{ group: 'believe-gateway', umask: '0077', network: 'internet' as const, environment: {} },
            ...{ writes: ['/var/lib/believe-gateway'], hidden: [homeOf(host)] },
            why: 'IB Gateway, logged in and restarted by IBC',
          }),
        ]),
  ];
}

function watchServices(host: DeployHost, config: Config, tier: 'research' | 'broker'): ServiceNeed[] {
  const { watch, signer, research, receiver, broker, public: page } = placesOn(host);
  const make = maker(host, config);
  if (!config.watch.enabled) return [];
  const common = {
    ...{ user: 'believe-watch', network: 'internet' as const, tier, writes: [watch.folder] },
    ...(tier === 'broker' ? { group: TRADING_GROUP } : {}),
    hidden: tier === 'broker' ? [broker.keys] : [signer.folder, research.measuringKeys, receiver.keys, page.keys],
  };
  const ofResearch =
    tier === 'research'
      ? [
          make('alarms', worker(host, 'alarms'), { ...common, why: 'tells alarms until somebody answers' }),
          ...(config.watch.pagePort > 0
            ? [
                make('monitor', cli(host, ['monitor', 'serve']), {
                  ...common,
                  tier: 'watcher',
                  why: 'the page of what is wrong now',
                }),
              ]
            : []),
        ]
      : [];
  const watcher = [...worker(host, 'watcher'), '--tier', tier];
  return [
    ...ofResearch,
    make('watcher', watcher, {
      ...common,
      tier: 'watcher',
      why: 'looks, and has people told, with Temporal and without',
    }),
  ];
}

/** As a user that may read everything and write one folder: root, or of a database's host its owner. */
function backupService(host: DeployHost): ServiceNeed {
  const { to, recipients, at, keep } = host.backup!;
  const isDatabase = host.roles.includes('temporal');
  const user = isDatabase ? 'postgres' : 'root';
  const words = [
    ...[
      'backup',
      'create',
      '--to',
      to,
      '--tier',
      host.roles.includes('broker') ? 'broker' : 'all',
      '--keep',
      String(keep),
    ],
    ...recipients.flatMap((one) => ['--recipient', one]),
    ...(isDatabase ? ['--postgres', 'postgresql:///temporal?host=/run/postgresql'] : []),
  ];
  return {
    ...{ ...UNSAID, name: 'believe-backup', description: 'backup of believe', command: cli(host, words) },
    ...{ user, group: user, umask: '0077', environment: {}, network: 'none', writes: [to] },
    ...{ daily: at, nice: 10, capabilities: ['CAP_DAC_READ_SEARCH'] },
    why: `an encrypted backup each day, ${keep} of them are kept; what it is encrypted for opens it elsewhere`,
  };
}

type Special = Partial<Omit<ServiceNeed, 'name' | 'command' | 'why'>> & Pick<ServiceNeed, 'network' | 'writes' | 'why'>;

function maker(host: DeployHost, config: Config) {
  return (name: string, command: readonly string[], special: Special): ServiceNeed => {
    const user = special.user ?? `believe-${name}`;
    const umask = special.umask ?? '0027';
    return {
      ...{ ...UNSAID, name: `believe-${name}`, description: `${name} of believe`, command },
      ...{ user, group: SHARED_GROUP, umask },
      environment: {
        ...ownEnvironment(config, user, umask, special.tier ?? null),
        ...collectorHeaders(config, user, name),
        ...passphrase(host, name),
      },
      ...special,
    };
  };
}

/** Each user has copies of his own of what several need: a key that two users can read is nobody's. */
function ownEnvironment(config: Config, user: string, umask: string, tier: Tier | null): Record<string, string> {
  return {
    BELIEVE_CACHE: '/var/cache/believe',
    BELIEVE_UMASK: umask.slice(1),
    ...(tier === null
      ? {}
      : {
          BELIEVE_TEMPORAL_TLS_TIER_FOLDER: heldFolder(user),
          // What a command line would show: a watcher looks at it too, and may read only its own.
          BELIEVE_TEMPORAL_TLS_CERT_FILE: `${heldFolder(user)}/${tier}.pem`,
          BELIEVE_TEMPORAL_TLS_KEY_FILE: `${heldFolder(user)}/${tier}.key`,
        }),
    ...(tier === null || config.temporal.encryption.keysFile === null
      ? {}
      : { BELIEVE_TEMPORAL_ENCRYPTION_KEYS_FILE: path.posix.join(heldFolder(user), 'payload-keys.json') }),
    NODE_ENV: 'production',
  };
}

function collectorHeaders({ telemetry }: Config, user: string, name: string): Record<string, string> {
  if (telemetry.headersFile === null || !TRACED_SERVICES.includes(name)) return {};
  return { BELIEVE_TELEMETRY_HEADERS_FILE: path.posix.join(heldFolder(user), HEADERS_NAME) };
}

function passphrase({ signerPassphraseFile }: DeployHost, name: string): Record<string, string> {
  if (name !== 'signer' || signerPassphraseFile === undefined) return {};
  return { BELIEVE_SIGNER_PASSPHRASE_FILE: '%d/passphrase' };
}

function serverNetwork(file: DeployFile, host: DeployHost): Pick<ServiceNeed, 'network' | 'peers' | 'after'> {
  if (file.temporal.address !== undefined) return { network: 'internet', peers: [], after: [] };
  const others = addressesOf(file, 'temporal').filter((address) => address !== host.address);
  const collector = collectorOf(file);
  return {
    network: 'tunnel',
    peers: [...new Set([...others, ...(collector === null ? [] : [collector.address])])],
    after: others.length > 0 ? [`wg-quick@${file.tunnel.interface}.service`] : [],
  };
}

const addressesOf = ({ hosts }: DeployFile, role: Role): string[] =>
  hosts.filter(({ roles }) => roles.includes(role)).map(({ address }) => address);

function worker(host: DeployHost, name: string): string[] {
  return [nodeOf(host), '--enable-source-maps', `${programOf(host)}/dist/workers/${name}.js`, '--config', CONFIG_FILE];
}

/** @param nodeArguments of Node itself */
function cli(host: DeployHost, words: readonly string[], nodeArguments: readonly string[] = []): string[] {
  return [
    nodeOf(host),
    ...nodeArguments,
    '--enable-source-maps',
    `${programOf(host)}/dist/cli/main.js`,
    ...words,
    '--config',
    CONFIG_FILE,
  ];
}

/** IBC's own start script, with all that its front scripts would ask one to edit. */
function ibcCommand({ gateway }: DeployHost): string[] {
  const { ibc, twsMajorVersion, twsFolder = '/opt/Jts', mode } = gateway!;
  return [
    ...['/usr/bin/xvfb-run', '--auto-servernum', `${ibc}/scripts/ibcstart.sh`, twsMajorVersion, '--gateway'],
    ...[`--tws-path=${twsFolder}`, '--tws-settings-path=/var/lib/believe-gateway', `--ibc-path=${ibc}`],
    ...['--ibc-ini=/var/lib/believe-gateway/config.ini', `--mode=${mode}`, '--on2fatimeout=restart'],
  ];
}
