import { databasesSql } from '../temporal-server/postgres-files.js';
import { schemaSteps } from '../temporal-server/schema-steps.js';
import {
  type DeployFile,
  type DeployHost,
  homeOf,
  nodeOf,
  placesOn,
  programOf,
  temporalServerOf,
} from './deploy-file.js';
import { peersOf } from './flows.js';
import type { HostNeeds } from './host-needs.js';
import { BROUGHT_FOLDER, CONFIG_FILE } from './linux-places.js';
import { OPERATOR_FILE } from './operator-settings.js';
import { TEMPORAL_USER, temporalSettings } from './temporal-host.js';

/** What no script does: programs with a licence, logins, keys that never travel, and what only the machine itself tells. */
export function checklist(file: DeployFile, host: DeployHost, needs: HostNeeds): string {
  const install = host.os === 'windows' ? '`install.ps1` as administrator' : '`./install.sh` as root';
  const again = host.os === 'windows' ? '`install.ps1 -Start`' : '`./install.sh --start`';
  const chapters = [
    ['Programs', programs(host)],
    ['Install', [`Copy this folder to ${host.name} and run ${install}. It starts nothing yet.`]],
    ['Tunnel', tunnel(file, host)],
    ['Keys', keys(file, host, needs)],
    ['The gateway', gateway(host)],
    ['The database', database(file, host)],
    [
      'Start',
      [`Run ${again}.`, `Run \`believe deploy check --config deploy.json --host ${host.name}\` until it ends with 0.`],
    ],
    ['The namespace', namespace(file, host)],
  ] as const;
  const body = chapters
    .filter(([, steps]) => steps.length > 0)
    .map(([title, steps]) => `## ${title}\n\n${steps.map((step) => `- [ ] ${step}`).join('\n')}`);
  return `# ${host.name}: what only a person can do\n\nRoles: ${host.roles.join(', ')}. In this order.\n\n${body.join('\n\n')}\n`;
}

function programs(host: DeployHost): string[] {
  const has = (role: DeployHost['roles'][number]) => host.roles.includes(role);
  const common = [
    `Node 22.15 to 24 at \`${nodeOf(host)}\`, and the product at \`${programOf(host)}\` (a bundle of \`npm run bundle\`, unpacked there: it has a Node in \`node/\`), written to by administrators only.`,
  ];
  if (host.os === 'windows')
    return [
      ...common,
      `WireGuard for Windows, from its own site; rsync 3.5.0 or newer (MSYS2) in \`${host.rsyncFolder}\`.`,
      `The service host: ${host.serviceHost.kind === 'nssm' ? 'NSSM 2.24 or newer' : 'WinSW 2.12 or newer'} (check its signature or hash).`,
      ...(has('broker')
        ? [
            'IB Gateway (the offline version, which does not update itself) and IBC; Sierra Chart where it is used: each has a licence of its own.',
          ]
        : []),
    ];
  return [
    ...common,
    `Debian 12 or newer: \`apt-get install ${[...packages(host)].join(' ')}\`.`,
    ...(has('research') || has('broker') ? ['rsync 3.5.0 or newer: older ones must not talk to another machine.'] : []),
    ...(has('temporal')
      ? [
          `The server, by \`believe temporal build --out ${temporalServerOf(host).program}\` on any Linux with Go, and its Web UI (docs/temporal.md).`,
        ]
      : []),
    ...(host.gateway?.ibc === undefined ? [] : [`IB Gateway and IBC in \`${host.gateway.ibc}\`; Xvfb.`]),
  ];
}

function packages({ roles }: DeployHost): string[] {
  return [
    ...['wireguard-tools', 'nftables', 'chrony', 'logrotate'],
    ...(roles.some((role) => role !== 'temporal') ? ['rsync'] : []),
    ...(roles.includes('temporal') ? ['postgresql'] : []),
  ];
}

function tunnel(file: DeployFile, host: DeployHost): string[] {
  const peers = peersOf(file, host);
  if (peers.length === 0) return [];
  const waits = peers.filter(({ publicKey }) => publicKey === undefined).map(({ name }) => name);
  return [
    ...(host.publicKey === undefined
      ? [
          `Write the public key that the installation prints into \`hosts[].publicKey\` of ${host.name} in deploy.json, and plan again. The private one stays here.`,
        ]
      : []),
    ...(waits.length > 0
      ? [
          `The tunnel waits for the public keys of ${waits.join(', ')}: plan again when they are in deploy.json, and install again on each host.`,
        ]
      : []),
    ...(host.endpoint === undefined
      ? []
      : [`Let UDP port ${file.tunnel.port} through to ${host.endpoint} at your provider.`]),
  ];
}

function keys({ temporal }: DeployFile, host: DeployHost, { keys: needed, services }: HostNeeds): string[] {
  const { research, broker } = placesOn(host);
  const home = homeOf(host);
  const tiers = [...new Set(services.map(({ tier }) => tier))].filter((tier) => tier !== null);
  const brought = host.os === 'windows' ? `${home}\\certs` : BROUGHT_FOLDER;
  const ceremony = host.roles.includes('research')
    ? [
        `On a machine that is offline: \`believe keys init --home CEREMONY\`. Carry here \`research/trust\`, \`research/measuring\`, \`signer/keys\`, \`signer/measurers\`, \`receiver/keys\`${services.some(({ name }) => name === 'believe-public') ? ', `public/keys`' : ''} into \`${home}\`, and nothing else. The root keys go to offline media, the operator's key to the operator.`,
        `If somebody may ever have read ${research.measuringKeys}: remove it here and let the research worker make another (docs/security.md).`,
      ]
    : host.roles.includes('broker')
      ? [
          `Carry \`broker/trust\`, \`broker/keys\` and \`broker/pin.json\` of the ceremony into \`${broker.folder}\`; then the ceremony's copy of broker/keys is destroyed.`,
          `Carry the three files of \`/etc/believe/to-broker/\` of research into \`${broker.keys}\`, and delete them there.`,
        ]
      : [];
  return [
    ...ceremony,
    ...(tiers.length > 0
      ? [
          ...(services.some(({ tier }) => tier === 'server')
            ? [
                `On the machine with the authority's key: \`believe certs issue --role server --name ${[temporal.serverName ?? host.name, host.address].join(' ')} 127.0.0.1\`, and \`--role reader\`.`,
              ]
            : []),
          `From the machine with the authority's key (docs/temporal.md): \`ca.pem\`, ${tiers.map((tier) => `\`${tier}.pem\` and \`${tier}.key\``).join(', ')}${needed.some(({ path }) => path.endsWith('payload-keys.json')) ? ', and `payload-keys.json`' : ''} into \`${brought}\`; install again. The authority's key itself never comes here.`,
        ]
      : []),
    ...needed
      .filter(({ path }) => path.endsWith('channels.json'))
      .map(({ path }) => `Channels of alarms: \`${path}\` (docs/alarms.md), and the files of their secrets beside it.`),
    ...(host.backup === undefined
      ? []
      : ['The private keys of `backup.recipients` are on no host that is named in deploy.json.']),
    'Run the installation again: it gives each file to its user.',
  ];
}

/** Once, before the first start; of each newer server `update-schema` again. */
function database(file: DeployFile, host: DeployHost): string[] {
  if (!host.roles.includes('temporal')) return [];
  const { program } = temporalServerOf(host);
  const settings = temporalSettings(file, host);
  const sql = databasesSql().trimEnd().split('\n');
  return [
    `\`systemctl restart postgresql\`: it reads its settings, and shows the server's certificate.`,
    ...sql.map((line) => `\`sudo -u postgres psql -c "${line}"\``),
    ...schemaSteps(settings, { isNew: true }).map(
      ({ args }) => `\`sudo -u ${TEMPORAL_USER} ${program} ${args.join(' ')}\``,
    ),
  ];
}

function namespace(file: DeployFile, host: DeployHost): string[] {
  if (!host.roles.includes('temporal')) return [];
  const { certificates } = temporalSettings(file, host);
  const as = `BELIEVE_TEMPORAL_TLS_CERT_FILE=${certificates}/server.pem BELIEVE_TEMPORAL_TLS_KEY_FILE=${certificates}/server.key`;
  const here = `${nodeOf(host)} ${programOf(host)}/dist/cli/main.js temporal`;
  return [
    `Here, as root: \`${as} ${here} prepare --config ${CONFIG_FILE}\`.`,
    `On an operator's machine: \`${OPERATOR_FILE}\` of this folder, beside \`certs/\` with \`ca.pem\`, \`operator.pem\` and \`operator.key\`; and a tunnel, because the firewall lets nobody else in: \`ssh -N -L ${file.temporal.port}:${host.address}:${file.temporal.port} ${host.endpoint ?? host.name}\`.`,
    `There, once and after each upgrade: \`believe temporal schedules --config ${OPERATOR_FILE}\`, and when the workers of all tiers run \`believe temporal current --config ${OPERATOR_FILE}\`. Every other command of an operator takes the same file.`,
  ];
}

function gateway({ gateway: asked, os, roles }: DeployHost): string[] {
  if (asked === undefined || !roles.includes('broker')) return [];
  const config =
    os === 'windows' ? '`C:\\ProgramData\\believe-gateway\\config.ini`' : '`/var/lib/believe-gateway/config.ini`';
  return [
    ...(asked.ibc === undefined && os === 'linux'
      ? ['`gateway.ibc` is not given: start IB Gateway yourself, and see that it comes back.']
      : []),
    ...(asked.ibc === undefined ? [] : [`\`IbLoginId\` and \`IbPassword\` in ${config}: they are nowhere else.`]),
    ...(os === 'windows'
      ? [
          'The account `believe-gateway` (a plain user): its password, and its automatic logon, by Sysinternals Autologon, which keeps it encrypted. IB Gateway has windows and runs in its session.',
        ]
      : []),
    'In IB Gateway, once: API precautions as the checks of `believe bridge rehearse` ask for (docs/bridge.md); Read-Only API off; master client id empty.',
    `The second factor: somebody answers it on Sundays at ${asked.loginAt} local time, and has a second device registered.`,
    'Run `believe bridge rehearse` on the paper account before the first live session.',
    'The limits are signed: where an operator has his key, on these settings, `believe bridge limits --sign --print > limits.json`; here `believe bridge limits --signed limits.json`. Until then the bridge holds those that it found first.',
  ];
}
