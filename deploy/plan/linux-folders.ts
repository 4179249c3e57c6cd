import { type Config, followedFolder, publishes } from '../../shared/config/config.js';
import { HEADERS_NAME } from './collector.js';
import { type DeployFile, type DeployHost, homeOf, placesOn, type Role } from './deploy-file.js';
import type {
  FolderNeed,
  ForeignKeys,
  GroupNeed,
  HandedNeed,
  KeyNeed,
  ServiceNeed,
  Tier,
  UserNeed,
} from './host-needs.js';
import {
  BROUGHT_FOLDER,
  heldFolder,
  RECEIPTS_GROUP,
  SHARED_GROUP,
  SIGNING_GROUP,
  TRADING_GROUP,
} from './linux-places.js';
import { POSTGRES_USER } from './temporal-host.js';

type Row = readonly [path: string, owner: string, group: string, mode: string, why: string];

/**
 * Folders of a Linux host. What several users write into belongs to root and is sticky (1771, 3771): each makes entries there, and
 * nobody can take away or replace those of another.
 */
export function linuxFolders(host: DeployHost, config: Config, services: readonly ServiceNeed[]): FolderNeed[] {
  const has = (role: Role) => host.roles.includes(role);
  const rows: Row[] = [
    [homeOf(host), 'root', 'root', '0711', 'all state; who passes through cannot list it'],
    ['/etc/believe', 'root', 'root', '0755', 'settings, which hold nothing secret'],
    [BROUGHT_FOLDER, 'root', 'root', '0700', 'certificates and keys that were brought here; installing hands them out'],
    ['/etc/believe/held', 'root', 'root', '0711', 'below it, what each user was handed'],
    ...heldRows(services),
    [
      '/var/cache/believe',
      has('research') ? 'believe-research' : 'root',
      has('research') ? SHARED_GROUP : 'root',
      '0755',
      'libraries that were obtained',
    ],
    ...(has('research') ? researchRows(host, config) : []),
    ...(has('broker') ? brokerRows(host, config) : []),
    ...(host.backup === undefined ? [] : [backupRow(host.backup.to, host)]),
  ];
  return rows.map(([path, owner, group, mode, why]) => ({ path, owner, group, mode, why, rights: [] }));
}

/** The watcher sees how old the newest is; what is in it only who has the key. */
function backupRow(to: string, { roles }: DeployHost): Row {
  const why = 'encrypted backups';
  if (roles.includes('temporal')) return [to, 'postgres', 'postgres', '0700', why];
  return [to, 'root', roles.includes('broker') ? TRADING_GROUP : SHARED_GROUP, '0750', why];
}

function heldRows(services: readonly ServiceNeed[]): Row[] {
  return [...heldCertificates(services)].map(([user]) => [
    ...([
      heldFolder(user),
      user,
      user,
      '0700',
      `certificates of ${user}, and payload keys where it uses them`,
    ] as const),
  ]);
}

/** Whose certificates each user has copies of: those that his services show. PostgreSQL shows the server's. */
export function heldCertificates(services: readonly ServiceNeed[]): Map<string, Set<Tier>> {
  const held = new Map<string, Set<Tier>>();
  for (const { user, tier } of services)
    for (const one of tier === null ? [] : tier === 'server' ? [user, POSTGRES_USER] : [user])
      held.set(one, (held.get(one) ?? new Set()).add(tier!));
  return held;
}

const showsCertificate = ({ tier }: ServiceNeed): boolean => tier !== null;

function researchRows(host: DeployHost, config: Config): Row[] {
  const { research, signer, receiver, watch, public: page } = placesOn(host);
  return [
    [
      research.folder,
      'root',
      'believe-research',
      '1771',
      'ships, store, trials; releases lie in it that research cannot replace',
    ],
    [research.trust, 'root', SHARED_GROUP, '0750', 'root of trust: only the key ceremony, as root, writes it'],
    [research.measuringKeys, 'believe-research', 'believe-research', '0700', 'measuring key'],
    [
      research.releases,
      'believe-signer',
      SHARED_GROUP,
      '2750',
      'signed releases and their ledger: the signer alone writes',
    ],
    [research.published, 'believe-signer', SHARED_GROUP, '0755', 'what brokers may fetch'],
    [signer.folder, 'root', 'believe-signer', '1771', "the signer's socket and lock"],
    [signer.keys, 'believe-signer', 'believe-signer', '0700', 'release key'],
    [signer.measurers, 'root', SIGNING_GROUP, '0750', 'public keys of those whose measurements count'],
    [signer.inbox, 'believe-research', SIGNING_GROUP, '2750', 'what research gives the signer to read'],
    [receiver.folder, 'root', 'believe-receiver', '1771', 'batches, logs, heads; what lands is taken from here'],
    [receiver.keys, 'believe-receiver', 'believe-receiver', '0700', 'receipt key'],
    [receiver.landing, 'believe-rsyncd', 'believe-landing', '0770', 'what a broker sends, before it is verified'],
    [
      receiver.receipts,
      'believe-receiver',
      RECEIPTS_GROUP,
      '2750',
      'receipts, by which the broker and research know what was taken',
    ],
    ['/var/log/believe-rsyncd', 'believe-rsyncd', 'believe-rsyncd', '0750', 'log of the daemon'],
    [watch.folder, 'believe-watch', 'believe-watch', '0700', "alarm channels' secrets, what was told"],
    ...(publishes(config)
      ? ([
          [page.folder, 'believe-public', SHARED_GROUP, '2750', 'the public log'],
          [page.keys, 'believe-public', 'believe-public', '0700', 'state key, and the salt of sealed fills'],
        ] as const)
      : []),
  ];
}

function brokerRows(host: DeployHost, config: Config): Row[] {
  const { broker, watch } = placesOn(host);
  const at = (name: string) => `${broker.folder}/${name}`;
  return [
    [broker.folder, 'root', TRADING_GROUP, '3771', 'what bridge and broker worker tell each other'],
    [broker.keys, 'believe-broker', 'believe-broker', '0700', 'journal key, passwords of rsync'],
    [broker.trust, 'root', TRADING_GROUP, '3770', 'root of trust, and what trades'],
    [at('incoming'), 'believe-broker', TRADING_GROUP, '2750', 'what was fetched and is not accepted yet'],
    [at('releases'), 'believe-broker', TRADING_GROUP, '2750', 'releases that were accepted'],
    [broker.armed, 'believe-broker', TRADING_GROUP, '2770', 'swaps that wait for an open'],
    [broker.control, 'believe-bridge', TRADING_GROUP, '2770', 'requests to halt and to flatten'],
    [
      broker.capture,
      'believe-bridge',
      TRADING_GROUP,
      '2770',
      'captured segments; the broker worker deletes what was acknowledged',
    ],
    [broker.journal, 'believe-bridge', TRADING_GROUP, '2770', 'decisions and orders'],
    ...(followedFolder(config) === null
      ? []
      : [[broker.sierra, 'believe-sierra', TRADING_GROUP, '2770', 'the second capture'] as const]),
    [broker.seal, 'believe-broker', TRADING_GROUP, '2750', 'how far each stream is sealed'],
    [broker.outbox, 'believe-broker', TRADING_GROUP, '2750', 'sealed batches'],
    [watch.folder, 'believe-watch', 'believe-watch', '0700', "alarm channels' secrets, what was told"],
    ...(host.gateway?.ibc === undefined
      ? []
      : [
          [
            '/var/lib/believe-gateway',
            'believe-gateway',
            'believe-gateway',
            '0700',
            "IB's login and settings",
          ] as const,
        ]),
  ];
}

/** What must be secret, and is never in a plan. */
export function linuxKeys(file: DeployFile, host: DeployHost, services: readonly ServiceNeed[]): KeyNeed[] {
  const { research, signer, receiver, broker, watch, public: page } = placesOn(host);
  const users = new Set(services.map(({ user }) => user));
  const of = (path: string, owner: string, why: string, madeBy: string, kind: KeyNeed['kind'] = 'folder'): KeyNeed[] =>
    owner === 'root' || users.has(owner) ? [{ path, owner, why, madeBy, kind }] : [];
  const ceremony = 'the key ceremony: CHECKLIST.md, "Keys"';
  const wireguard = `/etc/wireguard/${file.tunnel.interface}.key`;
  const isBroker = host.roles.includes('broker');
  return [
    ...(file.hosts.length > 1
      ? of(wireguard, 'root', 'private key of the tunnel', 'install.sh makes it on this host', 'file')
      : []),
    ...of(signer.keys, 'believe-signer', 'release key', ceremony),
    ...of(research.measuringKeys, 'believe-research', 'measuring key', ceremony),
    ...of(receiver.keys, 'believe-receiver', 'receipt key', ceremony),
    ...of(page.keys, 'believe-public', 'state key', ceremony),
    ...(isBroker ? of(broker.keys, 'believe-broker', 'journal key, passwords of rsync', ceremony) : []),
    ...of(`${watch.folder}/channels.json`, 'believe-watch', 'channels of alarms', 'docs/alarms.md, "Channels"', 'file'),
    ...(host.roles.includes('research')
      ? of(
          '/etc/believe/rsyncd.secrets',
          'believe-rsyncd',
          'passwords of the rsync modules',
          'install.sh makes them on this host',
          'file',
        )
      : []),
    ...services.filter(showsCertificate).flatMap(heldKeys).filter(isFirst),
    ...(host.roles.includes('temporal')
      ? [
          {
            ...{ path: `${heldFolder(POSTGRES_USER)}/server.key`, kind: 'file' as const, owner: POSTGRES_USER },
            ...{ why: 'key of the certificate that PostgreSQL shows', madeBy: handed('server.pem and server.key') },
          },
        ]
      : []),
    ...(services.some(showsCertificate)
      ? [
          {
            ...{ path: '/etc/believe/ca.pem', kind: 'file' as const, owner: 'root', isPublic: true },
            ...{
              why: 'authority of the Temporal server',
              madeBy: `put ca.pem into ${BROUGHT_FOLDER} and run install.sh`,
            },
          },
        ]
      : []),
  ];
}

/** Keys of the ceremony that no process of this host uses: whoever takes the host over would have what they sign. */
export function linuxForeignKeys(host: DeployHost, keys: readonly KeyNeed[]): ForeignKeys[] {
  const { rootKeys, operator, signer, research, receiver, broker, public: page } = placesOn(host);
  const all = [
    [rootKeys, 'root keys: offline, one each; with them every other key is replaced'],
    [operator.keys, "an operator's key: his own, on his own machine; with it a held ship is let go on"],
    [signer.keys, 'release key: the signer’s, on research'],
    [research.measuringKeys, 'measuring key: the research worker’s'],
    [receiver.keys, 'receipt key: the receiver’s, on research'],
    [broker.keys, 'journal key: the broker worker’s'],
    [page.keys, 'state key: the publisher’s'],
    [`${homeOf(host)}/certs`, 'the authority of the certificates: on a machine of its own'],
  ] as const;
  return all.filter(([path]) => keys.every((key) => key.path !== path)).map(([path, why]) => ({ path, why }));
}

const isFirst = ({ path }: KeyNeed, at: number, all: readonly KeyNeed[]): boolean =>
  all.findIndex((other) => other.path === path) === at;

const handed = (names: string) => `put ${names} into ${BROUGHT_FOLDER} and run install.sh`;

function heldKeys({ user, tier, environment }: ServiceNeed): KeyNeed[] {
  const folder = heldFolder(user);
  const payloadKeys = environment.BELIEVE_TEMPORAL_ENCRYPTION_KEYS_FILE;
  const headers = environment.BELIEVE_TELEMETRY_HEADERS_FILE;
  const key = { kind: 'file', owner: user } as const;
  return [
    {
      ...{ ...key, path: `${folder}/${tier}.key`, why: 'key of the certificate that is shown to Temporal' },
      madeBy: handed(`${tier}.pem and ${tier}.key`),
    },
    ...(payloadKeys === undefined
      ? []
      : [{ ...key, path: payloadKeys, why: 'keys of what Temporal cannot read', madeBy: handed('payload-keys.json') }]),
    ...(headers === undefined
      ? []
      : [{ ...key, path: headers, why: 'headers of the collector of traces', madeBy: handed(HEADERS_NAME) }]),
  ];
}

/** What a ceremony makes as root, and whose it must become. */
export function linuxHanded(host: DeployHost): HandedNeed[] {
  const { research, signer, broker } = placesOn(host);
  const trust = 'root of trust and public keys, which all of the tier verify with';
  return [
    ...(host.roles.includes('research')
      ? [
          { folder: research.trust, names: '*', owner: 'root', group: SHARED_GROUP, mode: '0640', why: trust },
          {
            ...{ folder: signer.measurers, names: '*', owner: 'root', group: SIGNING_GROUP, mode: '0640' },
            why: 'public keys of those whose measurements count',
          },
        ]
      : []),
    ...(host.roles.includes('broker')
      ? [
          {
            folder: broker.trust,
            names: '*.json',
            owner: 'believe-broker',
            group: TRADING_GROUP,
            mode: '0640',
            why: trust,
          },
          {
            folder: broker.trust,
            names: '*.pem',
            owner: 'believe-broker',
            group: TRADING_GROUP,
            mode: '0640',
            why: trust,
          },
          {
            ...{
              folder: broker.folder,
              names: 'pin.json',
              owner: 'believe-broker',
              group: TRADING_GROUP,
              mode: '0640',
            },
            why: 'the pin, which the broker worker raises and the bridge reads',
          },
        ]
      : []),
  ];
}

/** One user a secret, each in the groups of what it reads. */
export function linuxUsers(host: DeployHost, services: readonly ServiceNeed[]): UserNeed[] {
  const own = [...new Set(services.map(({ user }) => user))].filter((user) => user.startsWith('believe-')).sort();
  return own.map((name) => ({
    ...{ name, groups: groupsOf(name, host) },
    why: services.find(({ user }) => user === name)!.why,
  }));
}

function groupsOf(user: string, host: DeployHost): string[] {
  const trading = ['believe-bridge', 'believe-broker', 'believe-sierra'];
  if (trading.includes(user) || (user === 'believe-watch' && host.roles.includes('broker'))) return [TRADING_GROUP];
  const groups: Record<string, string[]> = {
    'believe-signer': [SHARED_GROUP, SIGNING_GROUP],
    'believe-research': [SHARED_GROUP, SIGNING_GROUP, RECEIPTS_GROUP],
    'believe-receiver': [SHARED_GROUP, 'believe-landing', RECEIPTS_GROUP],
    'believe-rsyncd': ['believe-landing', RECEIPTS_GROUP],
    'believe-watch': [SHARED_GROUP],
    'believe-public': [SHARED_GROUP],
    'believe-orchestrator': [SHARED_GROUP],
  };
  return groups[user] ?? [];
}

const GROUPS: readonly GroupNeed[] = [
  { name: SHARED_GROUP, why: 'reads what the processes of research tell each other' },
  { name: SIGNING_GROUP, why: 'may ask the signer' },
  { name: 'believe-landing', why: 'takes what lands' },
  { name: RECEIPTS_GROUP, why: 'reads receipts: the daemon for the broker, and research' },
  { name: TRADING_GROUP, why: 'shares the folder of the broker' },
];

/** Groups that somebody is in. */
export function linuxGroups(users: readonly UserNeed[]): GroupNeed[] {
  return GROUPS.filter(({ name }) => users.some(({ groups }) => groups.includes(name)));
}
