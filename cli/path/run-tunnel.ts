import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { PathDescription, Side } from '../../deploy/path/description.js';
import { lastLine, runCommand } from '../../setup/run-command.js';
import { UsageFailure } from '../../shared/failure.js';

export interface Tunnel {
  readonly description: PathDescription;
  readonly side: Side;
  /** What `believe path up` has written. */
  readonly folder: string;
}

/**
 * Starts what lies in the folder of one side: first the firewall, so that no moment is without it, then the tunnel. One that runs gets its
 * new settings and keeps its connections.
 * @throws UsageFailure naming the command that failed, and what it said
 */
export async function startTunnel(tunnel: Tunnel): Promise<void> {
  const { description } = tunnel;
  const conf = fileOf(tunnel, `${description.interface}.conf`);
  if (isWindows(tunnel)) return run('cmd', '/c', fileOf(tunnel, 'start-tunnel.cmd'));
  await run('nft', '-f', fileOf(tunnel, 'believe-path.nft'));
  const isUp = (await runCommand('wg', ['show', description.interface], LIMIT)).status === 0;
  if (!isUp) return run('wg-quick', 'up', conf);
  const { status, stdout, ...said } = await runCommand('wg-quick', ['strip', conf], LIMIT);
  if (status !== 0) throw failed('wg-quick strip', lastLine({ status, stdout: '', ...said }));
  const scratch = mkdtempSync(path.join(tmpdir(), 'believe-path-'));
  try {
    const stripped = path.join(scratch, 'wg.conf');
    writeFileSync(stripped, stdout, { mode: 0o600 });
    await run('wg', 'syncconf', description.interface, stripped);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Ends the tunnel, then the firewall. What does not run is no error. @throws UsageFailure */
export async function stopTunnel(tunnel: Tunnel): Promise<void> {
  const { interface: name } = tunnel.description;
  if (isWindows(tunnel)) return run('cmd', '/c', fileOf(tunnel, 'stop-tunnel.cmd'));
  if ((await runCommand('wg', ['show', name], LIMIT)).status === 0)
    await run('wg-quick', 'down', fileOf(tunnel, `${name}.conf`));
  if ((await runCommand('nft', ['list', 'table', 'inet', 'believe_path'], LIMIT)).status === 0)
    await run('nft', 'delete', 'table', 'inet', 'believe_path');
}

const LIMIT = { timeLimitMs: 60_000 };

const isWindows = ({ side, description }: Tunnel): boolean => side === 'broker' && description.broker.os === 'windows';

function fileOf({ folder }: Tunnel, name: string): string {
  const file = path.resolve(folder, name);
  if (!existsSync(file)) throw new UsageFailure(`${file} is missing`, 'run believe path up on both sides first');
  return file;
}

async function run(program: string, ...args: readonly string[]): Promise<void> {
  const outcome = await runCommand(program, args, LIMIT);
  if (outcome.status !== 0) throw failed([program, ...args].join(' '), lastLine(outcome));
}

function failed(command: string, said: string): UsageFailure {
  return new UsageFailure(
    `${command} failed: ${said}`,
    'as root or administrator, with wireguard-tools and nftables installed',
  );
}
