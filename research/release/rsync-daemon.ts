import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { replaceFile } from '../../shared/disk/replace-file.js';
import { Failure, UsageFailure } from '../../shared/failure.js';
import { RELEASES_MODULE, RELEASES_USER } from '../../shared/transfer/pull-release.js';

export interface RsyncDaemonSettings {
  /** The rsync program. */
  readonly program: string;
  /** Where it listens: loopback, or this tier's address inside WireGuard. */
  readonly address: string;
  readonly port: number;
  /** Clients that may connect, as rsyncd.conf's `hosts allow`. */
  readonly hostsAllow: readonly string[];
  /** What is published; nothing else can be read, and nothing written. */
  readonly moduleFolder: string;
  /** For the daemon's configuration, secret and log. */
  readonly stateFolder: string;
  /** Where the broker's copy of the password goes; in production an operator carries it over. */
  readonly passwordFile: string;
}

export interface RsyncDaemonCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly logFile: string;
  /** True once the daemon greets. */
  readonly ready: () => Promise<boolean>;
}

/** Writes configuration and secret, and says how to start the daemon. Doing it again keeps the password. */
export function prepareRsyncDaemon(settings: RsyncDaemonSettings): RsyncDaemonCommand {
  const { stateFolder, moduleFolder, port, address } = settings;
  mkdirSync(moduleFolder, { recursive: true, mode: 0o755 });
  mkdirSync(stateFolder, { recursive: true, mode: 0o700 });
  const secretsFile = path.join(stateFolder, 'rsyncd.secrets');
  const password = passwordIn(secretsFile) ?? randomBytes(24).toString('base64url');
  replaceFile(secretsFile, `${RELEASES_USER}:${password}\n`, 0o600);
  replaceFile(settings.passwordFile, `${password}\n`, 0o600);
  const logFile = path.join(stateFolder, 'rsyncd.log');
  const configFile = path.join(stateFolder, 'rsyncd.conf');
  replaceFile(configFile, configText(settings, { secretsFile, logFile }));
  return {
    program: settings.program,
    args: ['--daemon', '--no-detach', `--config=${configFile}`],
    logFile,
    ready: () => greets(address, port),
  };
}

/** Starts the daemon as a child and waits until it greets. @throws Failure RsyncDaemonFailed */
export async function startRsyncDaemon(settings: RsyncDaemonSettings): Promise<{ pid: number; stop(): Promise<void> }> {
  const command = prepareRsyncDaemon(settings);
  const child = spawn(command.program, command.args, { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const exited = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      said += error.message;
      resolve();
    });
    child.once('exit', () => resolve());
  });
  const started = await Promise.race([untilReady(command, exited), exited.then(() => false)]);
  if (!started) {
    endGroup(child);
    throw new RsyncDaemonFailed(settings, said.trim() || lastLineOf(command.logFile));
  }
  return {
    pid: child.pid!,
    async stop() {
      endGroup(child);
      await exited;
    },
  };
}

export class RsyncDaemonFailed extends Failure {
  constructor({ address, port }: RsyncDaemonSettings, said: string) {
    super(
      'RsyncDaemonFailed',
      `the rsync daemon does not start on ${address}:${port}: ${said}`,
      `see whether another program has port ${port}, or choose another with rsync.port`,
      { address, port },
    );
  }
}

const READY_WITHIN_MS = 15_000;

/**
 * `use chroot` is left out where the daemon is root: rsync then uses chroot wherever the system lets it, and serves as
 * `nobody`. As another user it cannot, and says so in its log on every connection unless it is told not to try.
 */
function configText(settings: RsyncDaemonSettings, files: { secretsFile: string; logFile: string }): string {
  const asRoot = process.getuid?.() === 0;
  return [
    `port = ${settings.port}`,
    `address = ${settings.address}`,
    `log file = ${plain(files.logFile)}`,
    'reverse lookup = no',
    ...(asRoot ? [] : ['use chroot = no']),
    `[${RELEASES_MODULE}]`,
    `path = ${plain(settings.moduleFolder)}`,
    'read only = yes',
    'list = no',
    `auth users = ${RELEASES_USER}`,
    `secrets file = ${plain(files.secretsFile)}`,
    'strict modes = yes',
    `hosts allow = ${settings.hostsAllow.join(' ')}`,
    'hosts deny = *',
    'munge symlinks = yes',
    'max connections = 8',
    `lock file = ${plain(path.join(settings.stateFolder, 'rsyncd.lock'))}`,
    'timeout = 300',
    // A temporary file of a publication in progress is not published yet.
    'exclude = .* *.tmp',
    'refuse options = delete remove-source-files inplace append* links copy-links hard-links devices specials D owner ' +
      'group acls xattrs compress backup* temp-dir partial* checksum',
    '',
  ].join('\n');
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

function passwordIn(secretsFile: string): string | undefined {
  if (!existsSync(secretsFile)) return undefined;
  return new RegExp(`^${RELEASES_USER}:(.+)$`, 'm').exec(readFileSync(secretsFile, 'utf8'))?.[1];
}

async function untilReady(command: RsyncDaemonCommand, exited: Promise<void>): Promise<boolean> {
  let over = false;
  void exited.then(() => {
    over = true;
  });
  const deadlineMs = Date.now() + READY_WITHIN_MS;
  while (!over && Date.now() < deadlineMs) {
    // Another daemon may greet on a taken port while ours is about to say so and exit.
    if (await command.ready()) return !(await Promise.race([exited.then(() => true), pause(100).then(() => false)]));
    await pause(50);
  }
  return false;
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

/** The daemon forks for each connection: its whole process group goes. */
function endGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGTERM');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function lastLineOf(logFile: string): string {
  if (!existsSync(logFile)) return 'no reason given';
  return readFileSync(logFile, 'utf8').trim().split('\n').at(-1) ?? 'no reason given';
}
