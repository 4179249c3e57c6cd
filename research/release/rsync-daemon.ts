import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { RSYNC_MODULES, type RsyncModule } from '../../shared/contract/rsync-modules.js';
import { rsyncdConf } from '../../shared/contract/rsyncd-conf.js';
import { UsageFailure } from '../../shared/failure.js';
import { replaceFile } from '../../shared/node/disk/replace-file.js';
import { openModule } from './publish-release.js';

export interface RsyncDaemonSettings {
  /** The rsync program. */
  readonly program: string;
  /** Where it listens: loopback, or this tier's address inside WireGuard. */
  readonly address: string;
  readonly port: number;
  /** Clients that may connect, as rsyncd.conf's `hosts allow`. */
  readonly hostsAllow: readonly string[];
  /** What is published or taken; nothing else can be reached. */
  readonly modules: readonly ModuleSettings[];
  /** For the daemon's configuration, secrets and log. */
  readonly stateFolder: string;
}

export interface ModuleSettings {
  readonly module: RsyncModule;
  readonly folder: string;
  /** Where the broker's copy of the password goes; in production an operator carries it over. */
  readonly passwordFile: string;
}

export interface RsyncDaemonCommand {
  readonly program: string;
  readonly args: readonly string[];
  /** True once the daemon greets. */
  readonly ready: () => Promise<boolean>;
}

/** Writes configuration and secrets, and says how to start the daemon. Doing it again keeps the passwords. */
export function prepareRsyncDaemon(settings: RsyncDaemonSettings): RsyncDaemonCommand {
  const { stateFolder, modules, port, address } = settings;
  mkdirSync(stateFolder, { recursive: true, mode: 0o700 });
  const secretsFile = path.join(stateFolder, 'rsyncd.secrets');
  const secrets = modules.map((one) => prepareModule(one, secretsFile));
  replaceFile(secretsFile, secrets.join(''), 0o600);
  const logFile = path.join(stateFolder, 'rsyncd.log');
  const configFile = path.join(stateFolder, 'rsyncd.conf');
  replaceFile(configFile, configText(settings, { secretsFile, logFile }));
  return {
    program: settings.program,
    args: ['--daemon', '--no-detach', `--config=${configFile}`],
    ready: () => greets(address, port),
  };
}

/** @returns its line of the secrets */
function prepareModule({ module, folder, passwordFile }: ModuleSettings, secretsFile: string): string {
  const { user } = RSYNC_MODULES[module];
  mkdirSync(folder, { recursive: true });
  if (module === 'releases') openModule(folder);
  if (module === 'landing') closeLanding(folder);
  const password = passwordIn(secretsFile, user) ?? randomBytes(24).toString('base64url');
  replaceFile(passwordFile, `${password}\n`, 0o600);
  return `${user}:${password}\n`;
}

function closeLanding(folder: string): void {
  chmodSync(folder, 0o700);
  if (process.getuid?.() === 0) chownSync(folder, NOBODY, NOBODY);
}

/**
 * `use chroot` is left out where the daemon is root: rsync then uses chroot wherever the system lets it, and serves
 * releases as `nobody`. As another user it cannot, and says so in its log on every connection unless it is told not to try.
 */
function configText(settings: RsyncDaemonSettings, files: { secretsFile: string; logFile: string }): string {
  const asRoot = process.getuid?.() === 0;
  return rsyncdConf({
    ...{ address: settings.address, port: settings.port, hostsAllow: settings.hostsAllow, chroots: asRoot },
    ...{ secretsFile: plain(files.secretsFile), logFile: plain(files.logFile) },
    lockFile: plain(path.join(settings.stateFolder, 'rsyncd.lock')),
    landingChmod: 'D0700,F0400',
    modules: settings.modules.map(({ module, folder }) => ({
      ...{ module, folder: plain(folder), owner: asRoot ? servedAs(module) : null },
    })),
  });
}

/** Whom rsync serves as where it is started by root: what is written must not be able to go elsewhere. */
const NOBODY = 65_534;

/** What is acknowledged is the receiver's alone to read: in the default set-up its user is the daemon's. */
function servedAs(module: RsyncModule): { uid: number; gid: number } | null {
  if (module === 'landing') return { uid: NOBODY, gid: NOBODY };
  return module === 'receipts' ? { uid: process.getuid!(), gid: process.getgid!() } : null;
}

/** rsyncd.conf reads %NAME% as an environment variable, and knows no quotes. */
function plain(file: string): string {
  const absolute = path.resolve(file);
  if (/[%\r\n]|\s$/.test(absolute)) {
    throw new UsageFailure(
      `rsync cannot use the path ${JSON.stringify(absolute)}`,
      'choose a home folder without % in it',
    );
  }
  return absolute;
}

function passwordIn(secretsFile: string, user: string): string | undefined {
  if (!existsSync(secretsFile)) return undefined;
  return new RegExp(`^${user}:(.+)$`, 'm').exec(readFileSync(secretsFile, 'utf8'))?.[1];
}

function greets(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1000, () => done(false));
    socket.once('error', () => done(false));
    socket.once('data', (greeting) => done(greeting.toString('latin1').startsWith('@RSYNCD:')));
  });
}
