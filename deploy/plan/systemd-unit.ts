import type { ServiceNeed } from './host-needs.js';
import { INSTANCE } from './linux-places.js';

/** The unit of a process of ours: it gets what it needs, and is kept from everything else that systemd can keep it from. */
export function serviceUnit(service: ServiceNeed, groups: readonly string[]): string {
  const { description, user, group, command, after, daily } = service;
  const mayRunInRealTime = service.realTimePriorityMax !== null;
  const order = ['network-online.target', 'believe-firewall.service', ...after];
  return lines([
    '[Unit]',
    `Description=${description}`,
    ...why(service.why),
    'Documentation=file:///opt/believe/docs/deploy.md',
    `After=${order.join(' ')}`,
    'Wants=network-online.target',
    // Its network is never there without the rules.
    'Requires=believe-firewall.service',
    ...(daily === null ? ['StartLimitIntervalSec=0'] : []),
    '',
    '[Service]',
    `Type=${daily === null ? 'exec' : 'oneshot'}`,
    `User=${user}`,
    `Group=${group}`,
    ...(groups.length > 0 ? [`SupplementaryGroups=${groups.join(' ')}`] : []),
    `UMask=${service.umask}`,
    `ExecStart=${command.map(quoted).join(' ').replaceAll(INSTANCE, '%i')}`,
    ...Object.entries(service.environment).map(([variable, value]) => `Environment=${variable}=${value}`),
    ...(service.credential === null ? [] : [`LoadCredential=${service.credential.name}:${service.credential.file}`]),
    ...(service.nice === null ? [] : [`Nice=${service.nice}`]),
    // By its own doing: where the system allows that to nobody, the service starts all the same.
    ...(mayRunInRealTime ? [`LimitRTPRIO=${service.realTimePriorityMax}`] : []),
    ...(daily === null ? ['Restart=always', 'RestartSec=5'] : ['IOSchedulingClass=idle']),
    // A bridge that closes, a worker that lets its steps end.
    'TimeoutStopSec=60',
    `SyslogIdentifier=${service.name.replace(/@$/, '')}`,
    ...writing(service),
    ...network(service),
    ...HARDENING.filter((line) => !mayRunInRealTime || line !== RESTRICT_REAL_TIME),
    `CapabilityBoundingSet=${service.capabilities.join(' ')}`,
    `AmbientCapabilities=${user === 'root' ? '' : service.capabilities.join(' ')}`,
    '',
    ...(daily === null ? ['[Install]', 'WantedBy=multi-user.target', ''] : []),
  ]);
}

/** Starts a daily unit, also when the machine was off at that time. */
export function timerUnit({ description, daily }: ServiceNeed): string {
  return lines([
    '[Unit]',
    `Description=daily ${description}`,
    '',
    '[Timer]',
    `OnCalendar=*-*-* ${daily}:00`,
    'Persistent=true',
    '',
    '[Install]',
    'WantedBy=timers.target',
    '',
  ]);
}

/** The rules are there before the network is, and a machine whose rules do not load starts none of our services. */
export function firewallUnit(): string {
  return lines([
    '[Unit]',
    'Description=firewall of believe',
    'DefaultDependencies=no',
    'Before=network-pre.target shutdown.target',
    'Wants=network-pre.target',
    'Conflicts=shutdown.target',
    'After=local-fs.target nftables.service',
    '',
    '[Service]',
    'Type=oneshot',
    'RemainAfterExit=yes',
    'ExecStart=/usr/sbin/nft -f /etc/believe/firewall.nft',
    'ExecReload=/usr/sbin/nft -f /etc/believe/firewall.nft',
    'ProtectSystem=strict',
    ...HARDENING.filter((line) => !/^(PrivateUsers|SystemCallFilter|RestrictNamespaces)/.test(line)),
    'RestrictAddressFamilies=AF_NETLINK AF_UNIX',
    'IPAddressDeny=any',
    'CapabilityBoundingSet=CAP_NET_ADMIN',
    'SystemCallFilter=@system-service',
    'RestrictNamespaces=yes',
    '',
    '[Install]',
    'WantedBy=sysinit.target',
    '',
  ]);
}

function writing({ writes, hidden }: ServiceNeed): string[] {
  return [
    'ProtectSystem=strict',
    // One that is not there yet keeps nothing from starting.
    ...(writes.length > 0 ? [`ReadWritePaths=${writes.map((path) => `-${path}`).join(' ')}`] : []),
    ...(hidden.length > 0 ? [`InaccessiblePaths=${hidden.map((path) => `-${path}`).join(' ')}`] : []),
  ];
}

function network({ network: reach, peers }: ServiceNeed): string[] {
  if (reach === 'none') return ['PrivateNetwork=yes', 'RestrictAddressFamilies=AF_UNIX', 'IPAddressDeny=any'];
  const families = 'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK';
  if (reach === 'internet') return [families];
  return [families, 'IPAddressDeny=any', `IPAddressAllow=${['localhost', ...peers].join(' ')}`];
}

const RESTRICT_REAL_TIME = 'RestrictRealtime=yes';

/** MemoryDenyWriteExecute is not among them: Node compiles as it runs. */
const HARDENING: readonly string[] = [
  'NoNewPrivileges=yes',
  'ProtectHome=yes',
  'PrivateTmp=yes',
  'PrivateDevices=yes',
  'ProtectClock=yes',
  'ProtectControlGroups=yes',
  'ProtectHostname=yes',
  'ProtectKernelLogs=yes',
  'ProtectKernelModules=yes',
  'ProtectKernelTunables=yes',
  'ProtectProc=invisible',
  'RestrictNamespaces=yes',
  RESTRICT_REAL_TIME,
  'RestrictSUIDSGID=yes',
  'LockPersonality=yes',
  'RemoveIPC=yes',
  'KeyringMode=private',
  'SystemCallArchitectures=native',
  'SystemCallFilter=@system-service',
  'SystemCallFilter=~@privileged',
  'SystemCallErrorNumber=EPERM',
];

/** Behind a sign, so that a reader of the unit knows what it is for. */
const why = (text: string): string[] => [`# ${text}`];

/** systemd's own quoting; `%` and `$` are its signs for other things. */
function quoted(word: string): string {
  const escaped = word.replaceAll('%', '%%').replaceAll('$', '$$$$');
  return /^[A-Za-z0-9_@%+=:,./$-]+$/.test(escaped) ? escaped : `"${escaped.replace(/["\\]/g, '\\$&')}"`;
}

const lines = (all: readonly string[]): string => all.join('\n');
