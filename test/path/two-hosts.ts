import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { cacheFolder } from '../../setup/cache-folder.mjs';
import { findOnPath } from '../../setup/find-on-path.js';

export type Host = 'research' | 'broker';

/** Addresses of the cable; those inside the tunnel are the description's. */
export const OUTSIDE = { research: '192.0.2.1', broker: '192.0.2.2' } as const;
const WIREGUARD = 'golang.zx2c4.com/wireguard@v0.0.0-20260522210424-ecfc5a8d5446';
const TEXT = { encoding: 'utf8', timeout: 120_000 } as const;
const HOLD = 'mkdir -p /run/wireguard && mount -t tmpfs tmpfs /run/wireguard && echo held && exec sleep 3600';

/** Two hosts on one machine: a network namespace each, and a cable between them. WireGuard runs in user space. */
export class TwoHosts {
  private constructor(
    private readonly folder: string,
    private readonly wireguard: string,
    private readonly holders: Readonly<Record<Host, ChildProcess>>,
  ) {}

  /** Why they cannot be made here; null where they can. */
  static async whyNot(): Promise<string | null> {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'network namespaces need Linux and root';
    for (const program of ['ip', 'nsenter', 'unshare', 'nft', 'wg', 'wg-quick'])
      if ((await findOnPath(program)) === undefined)
        return `${program} is missing: apt-get install iproute2 util-linux nftables wireguard-tools`;
    if (!existsSync('/dev/net/tun')) return 'there is no /dev/net/tun';
    return (await userspaceWireguard()) === null ? 'there is no Go, or it could not build wireguard-go' : null;
  }

  static async make(folder: string): Promise<TwoHosts> {
    const hold = () =>
      spawn('unshare', ['--net', '--mount', '--propagation', 'slave', 'sh', '-c', HOLD], { stdio: 'pipe' });
    const holders = { research: hold(), broker: hold() };
    const hosts = new TwoHosts(folder, (await userspaceWireguard())!, holders);
    for (const { stdout } of Object.values(holders)) await new Promise((resolve) => stdout!.once('data', resolve));
    const [broker, research] = [String(holders.broker.pid), String(holders.research.pid)];
    const cable = ['link', 'add', 'cable', 'netns', broker, 'type', 'veth', 'peer', 'name', 'cable', 'netns', research];
    const { status, stderr } = spawnSync('ip', cable, TEXT);
    if (status !== 0) throw new Error(stderr);
    for (const host of ['research', 'broker'] as const) {
      hosts.must(host, 'ip', 'link', 'set', 'lo', 'up');
      hosts.must(host, 'ip', 'addr', 'add', `${OUTSIDE[host]}/24`, 'dev', 'cable');
      hosts.must(host, 'ip', 'link', 'set', 'cable', 'up');
    }
    return hosts;
  }

  /** How a program is started on a host. */
  on(host: Host, program: string, args: readonly string[] = []): { program: string; args: string[] } {
    return { program: 'nsenter', args: ['-t', String(this.holders[host].pid), '-n', '-m', '--', program, ...args] };
  }

  run(host: Host, program: string, ...args: string[]) {
    const start = this.on(host, program, args);
    // As wg-quick names the program for a kernel that has no WireGuard.
    const env = { ...process.env, WG_QUICK_USERSPACE_IMPLEMENTATION: this.wireguard };
    return spawnSync(start.program, start.args, { ...TEXT, env });
  }

  /** @returns what it said. @throws where it fails */
  must(host: Host, program: string, ...args: string[]): string {
    const { status, stdout, stderr } = this.run(host, program, ...args);
    if (status !== 0) throw new Error(`${program} ${args.join(' ')} on ${host}: ${stdout}${stderr}`);
    return stdout;
  }

  /** A program whose connections are those of a host. @returns its path */
  programOn(host: Host, program: string): string {
    const file = path.join(this.folder, `${path.basename(program)}-on-${host}`);
    const start = this.on(host, program);
    writeFileSync(file, `#!/bin/sh\nexec ${start.program} ${start.args.join(' ')} "$@"\n`);
    chmodSync(file, 0o755);
    return file;
  }

  /** Bytes that a host has put on the cable so far, with all that wraps them. */
  bytesSent(host: Host): number {
    const [cable] = JSON.parse(this.must(host, 'ip', '-s', '-j', 'link', 'show', 'cable')) as [
      { stats64: { tx: { bytes: number } } },
    ];
    return cable.stats64.tx.bytes;
  }

  cut(): void {
    this.must('research', 'ip', 'link', 'set', 'cable', 'down');
  }
  join(): void {
    this.must('research', 'ip', 'link', 'set', 'cable', 'up');
  }

  end(): void {
    for (const host of ['research', 'broker'] as const) {
      this.run(host, 'ip', 'link', 'del', 'believe');
      this.holders[host].kill('SIGKILL');
    }
  }
}

/** Of the cache folder, built once; null where it cannot be built. */
export async function userspaceWireguard(): Promise<string | null> {
  const folder = path.join(cacheFolder(), 'wireguard-go');
  const program = path.join(folder, 'wireguard');
  if (existsSync(program)) return program;
  const go = await findOnPath('go');
  if (go === undefined) return null;
  const env = { ...process.env, GOBIN: folder, GOFLAGS: '' };
  return spawnSync(go, ['install', WIREGUARD], { ...TEXT, timeout: 300_000, env }).status === 0 ? program : null;
}
