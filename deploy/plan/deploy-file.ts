import { z } from 'zod';
import { homePlaces } from '../../shared/config/home-places.js';
import { BadInput } from '../../shared/failure.js';
import { HANDWRITTEN_BYTES_MAX, readInputFile } from '../../shared/node/disk/plain-file.js';
import { unreachableTelemetry } from './collector.js';

const port = z.number().int().min(1).max(65_535);
const hostName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.-]{0,252}$/, 'must be a host name or an IPv4 address');
const name = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,30}$/, 'must be small letters, digits and hyphens, such as research-1');
/** 32 bytes in base64, as `wg pubkey` prints them. */
const publicKey = z.string().regex(/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/, 'must be a public key of WireGuard');
const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of the day such as 16:10');
/** In units, scripts and command lines: nothing that one of them would take for its own. */
const linuxPath = /^(\/[A-Za-z0-9._+-]+)+$/;
const windowsPath = /^[A-Z]:(\\[A-Za-z0-9._+ ()-]*[A-Za-z0-9._+)-])+$/;
const anyPath = z
  .string()
  .refine((text) => linuxPath.test(text) || windowsPath.test(text), 'must be an absolute path of plain characters');

export const ROLES = ['research', 'broker', 'temporal', 'public'] as const;
export type Role = (typeof ROLES)[number];

const backup = z.strictObject({
  /** On another disk than the home, or a mount of another machine. */
  to: anyPath,
  recipients: z.array(z.string().regex(/^age1[a-z0-9]+$/, 'must be a public key of age, such as age1...')).min(1),
  at: clockTime.default('04:30'),
  keep: z.number().int().min(1).max(10_000).default(30),
});

const gateway = z.strictObject({
  account: z.string().regex(/^[A-Z]+[0-9]+$/, 'must be an account of IB such as DU1234567'),
  mode: z.enum(['paper', 'live']).default('paper'),
  port: port.optional(),
  /** Local time of the gateway's daily restart, which needs no second factor. */
  restartAt: clockTime.default('23:45'),
  /** Local time on Sundays, after 01:00 in New York, at which it logs in anew: then somebody has the second factor at hand. */
  loginAt: clockTime.default('12:00'),
  ibc: anyPath.optional(),
  /** Where IB Gateway is installed, and its major version, as IBC asks for them. */
  twsFolder: anyPath.optional(),
  twsMajorVersion: z
    .string()
    .regex(/^\d{3,4}$/, 'must be a major version such as 1037')
    .default('1037'),
});

const temporalServer = z.strictObject({
  /** `believe temporal build` makes it. */
  program: anyPath.default('/opt/believe-temporal/believe-temporal'),
  /** The Web UI's own program; null for no Web UI. */
  uiProgram: anyPath.nullable().default('/opt/believe-temporal/ui-server'),
  /** Fixed for as long as the database lives. */
  historyShards: z.number().int().min(1).max(16_384).default(64),
  /** Debian's folder of the settings of the cluster, by its version. */
  postgresFolder: anyPath.default('/etc/postgresql/15/main'),
});

const host = z.strictObject({
  name,
  os: z.enum(['linux', 'windows']),
  roles: z.array(z.enum(ROLES)).min(1),
  /** Inside the tunnel. */
  address: z.ipv4(),
  /** Where others reach its WireGuard; without one it opens every tunnel itself. */
  endpoint: hostName.optional(),
  publicKey: publicKey.optional(),
  home: anyPath.optional(),
  program: anyPath.optional(),
  node: anyPath.optional(),
  /** Who may log in, and where: ssh, or remote desktop on Windows. */
  admin: z.strictObject({ from: z.array(z.cidrv4()).min(1), port: port.optional() }),
  backup: backup.optional(),
  logDays: z.number().int().min(1).max(3650).default(30),
  gateway: gateway.optional(),
  sierra: z.strictObject({ dataFolder: anyPath, symbol: z.string().min(1).optional() }).optional(),
  serviceHost: z
    .strictObject({ kind: z.enum(['nssm', 'winsw']).default('nssm'), program: anyPath.optional() })
    .prefault({}),
  /** Folder of rsync.exe on Windows. */
  rsyncFolder: anyPath.default('C:\\msys64\\usr\\bin'),
  temporal: temporalServer.optional(),
  /** First line is the passphrase of the release key; handed to the signer alone. */
  signerPassphraseFile: anyPath.optional(),
});

export const deployFile = z
  .strictObject({
    /** Settings of believe.config.json that all hosts share: docs/configuration.md. */
    settings: z.record(z.string(), z.unknown()).default({}),
    tunnel: z
      .strictObject({
        interface: z
          .string()
          .regex(/^[a-z][a-z0-9-]{0,14}$/, 'must be a name of an interface')
          .default('believe'),
        port: port.default(51_820),
      })
      .prefault({}),
    rsyncPort: port.default(8730),
    /** Servers of the time: two and more, so that one that is wrong is noticed. */
    timeServers: z.array(hostName).min(2),
    temporal: z
      .strictObject({
        namespace: z.string().min(1).default('believe'),
        port: port.default(7233),
        /** host:port of a cluster or of Temporal Cloud, where no host here has the role temporal. */
        address: z
          .string()
          .regex(/^[A-Za-z0-9.-]+:\d{1,5}$/, 'must be host:port')
          .optional(),
        /** The name in the server's certificate, where it is not the address. */
        serverName: hostName.optional(),
      })
      .prefault({}),
    hosts: z.array(host).min(1),
  })
  .superRefine((file, context) => {
    for (const { path, message } of contradictions(file)) context.addIssue({ code: 'custom', path, message });
    for (const { field, message } of unreachableTelemetry(file))
      context.addIssue({ code: 'custom', path: ['settings', 'telemetry', field], message });
  });
export type DeployFile = z.infer<typeof deployFile>;
export type DeployHost = DeployFile['hosts'][number];

interface Contradiction {
  readonly path: (string | number)[];
  readonly message: string;
}

function contradictions({ hosts, temporal }: Pick<DeployFile, 'hosts' | 'temporal'>): Contradiction[] {
  const withRole = (role: Role) => hosts.filter(({ roles }) => roles.includes(role));
  const wrong: Contradiction[] = [];
  for (const role of ['research', 'broker', 'temporal', 'public'] as const)
    if (withRole(role).length > 1)
      wrong.push({ path: ['hosts'], message: `two hosts have the role ${role}: one home, one of each` });
  if (withRole('temporal').length === 0 && temporal.address === undefined)
    wrong.push({ path: ['temporal', 'address'], message: 'must be given, because no host has the role temporal' });
  if (withRole('temporal').length > 0 && temporal.address !== undefined)
    wrong.push({ path: ['temporal', 'address'], message: 'must be left out, because a host has the role temporal' });
  for (const field of ['name', 'address'] as const)
    hosts.forEach((one, at) => {
      if (hosts.findIndex((other) => other[field] === one[field]) < at)
        wrong.push({ path: ['hosts', at, field], message: `is that of another host: ${one[field]}` });
    });
  hosts.forEach((one, at) => {
    wrong.push(...hostContradictions(one).map(({ path, message }) => ({ path: ['hosts', at, ...path], message })));
  });
  const speaking = hosts.filter(({ roles }) => roles.some((role) => role !== 'public'));
  if (speaking.length > 1 && speaking.filter(({ endpoint }) => endpoint === undefined).length > 1)
    wrong.push({ path: ['hosts'], message: 'more than one host has no endpoint: none of them could reach the other' });
  return wrong;
}

function hostContradictions(one: DeployHost): Contradiction[] {
  const wrong: Contradiction[] = [];
  const has = (role: Role) => one.roles.includes(role);
  if (new Set(one.roles).size < one.roles.length) wrong.push({ path: ['roles'], message: 'names a role twice' });
  if (one.os === 'windows' && !one.roles.every((role) => role === 'broker'))
    wrong.push({ path: ['roles'], message: 'a Windows host can be a broker only' });
  if (has('public') && !has('research'))
    wrong.push({
      path: ['roles'],
      message: 'public needs research on the same host: it publishes what comes home there',
    });
  if (has('broker') && has('research'))
    wrong.push({
      path: ['roles'],
      message: 'broker and research are never one host: one of them must be able to fail the other',
    });
  if (has('broker') && one.gateway === undefined)
    wrong.push({ path: ['gateway'], message: 'must say which account the broker trades' });
  if (!has('broker') && (one.gateway ?? one.sierra) !== undefined)
    wrong.push({ path: [one.gateway ? 'gateway' : 'sierra'], message: 'belongs to a broker' });
  if (!has('temporal') && one.temporal !== undefined)
    wrong.push({ path: ['temporal'], message: 'belongs to a host with the role temporal' });
  if (has('temporal'))
    for (const field of ['program', 'uiProgram'] as const)
      if (temporalServerOf(one)[field]?.startsWith(`${programOf(one)}/`) === true)
        wrong.push({
          path: ['temporal', field],
          message: `must not be inside program (${programOf(one)}), which each upgrade replaces`,
        });
  const paths = { home: one.home, program: one.program, node: one.node, 'backup.to': one.backup?.to };
  const isOwn = one.os === 'windows' ? windowsPath : linuxPath;
  for (const [field, found] of Object.entries(paths))
    if (found !== undefined && !isOwn.test(found))
      wrong.push({ path: field.split('.'), message: `must be a path of ${one.os}` });
  const home = homeOf(one);
  if (
    one.backup !== undefined &&
    `${one.backup.to}/`.replaceAll('\\', '/').startsWith(`${home}/`.replaceAll('\\', '/'))
  )
    wrong.push({ path: ['backup', 'to'], message: `must not be inside the home ${home}` });
  return wrong;
}

export const temporalServerOf = ({ temporal }: Pick<DeployHost, 'temporal'>) => temporal ?? temporalServer.parse({});

/** The home folder of a host. */
export const homeOf = ({ home, os }: Pick<DeployHost, 'home' | 'os'>): string =>
  home ?? (os === 'windows' ? 'C:\\ProgramData\\believe' : '/var/lib/believe');

type Places = ReturnType<typeof homePlaces>;

/** The places of a host's home as that host writes them, wherever this is planned. */
export function placesOn(host: Pick<DeployHost, 'home' | 'os'>): Places {
  return JSON.parse(JSON.stringify(homePlaces(homeOf(host))), (_name, value: unknown) =>
    typeof value === 'string'
      ? host.os === 'windows'
        ? value.replaceAll('/', '\\')
        : value.replaceAll('\\', '/')
      : value,
  ) as Places;
}

/** Where the product is unpacked: `dist/` and `node_modules/` lie in it. */
export const programOf = ({ program, os }: Pick<DeployHost, 'program' | 'os'>): string =>
  program ?? (os === 'windows' ? 'C:\\Program Files\\believe' : '/opt/believe');

export const nodeOf = ({ node, os }: Pick<DeployHost, 'node' | 'os'>): string =>
  node ?? (os === 'windows' ? 'C:\\Program Files\\nodejs\\node.exe' : '/usr/bin/node');

/** @throws BadInput naming file and field */
export function readDeployFile(file: string): DeployFile {
  let json: unknown;
  try {
    json = JSON.parse(readInputFile(file, HANDWRITTEN_BYTES_MAX).toString('utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new BadInput(file, undefined, `is no JSON: ${error.message}`, 'docs/deploy.md has an example');
  }
  const { data, error } = deployFile.safeParse(json);
  if (data !== undefined) return data;
  const issue = error.issues[0]!;
  const others = error.issues.length > 1 ? ` (and ${error.issues.length - 1} more)` : '';
  throw new BadInput(file, issue.path.join('.'), `${issue.message}${others}`, 'docs/deploy.md, "deploy.json"');
}
