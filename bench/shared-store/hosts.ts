import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { findOnPath } from '../../setup/find-on-path.js';

/** Research hosts with their own networks, each with a cable to the host that serves the bucket. */
export const HOSTS = { one: '192.0.2.1', other: '192.0.2.5' } as const;
export type Host = keyof typeof HOSTS;
const TEXT = { encoding: 'utf8', timeout: 60_000 } as const;

/** A network namespace a host on this machine; from none of them is anything reached but over its cables. */
export class Hosts {
  private constructor(private readonly holders: Readonly<Record<Host | 'server', ChildProcess>>) {}

  /** Why they cannot be made here; null where they can. */
  static async whyNot(): Promise<string | null> {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'network namespaces need Linux and root';
    for (const program of ['ip', 'nsenter', 'unshare'])
      if ((await findOnPath(program)) === undefined)
        return `${program} is missing: apt-get install iproute2 util-linux`;
    const { status, stderr } = spawnSync('unshare', ['--net', 'true'], TEXT);
    return status === 0 ? null : `no network namespace can be made here: ${stderr.trim()}`;
  }

  static async make(): Promise<Hosts> {
    const hold = () => spawn('unshare', ['--net', 'sh', '-c', 'echo held && exec sleep 3600'], { stdio: 'pipe' });
    const hosts = new Hosts({ one: hold(), other: hold(), server: hold() });
    for (const { stdout } of Object.values(hosts.holders)) await new Promise((done) => stdout!.once('data', done));
    hosts.must('server', 'ip', 'link', 'set', 'lo', 'up');
    for (const [host, address] of Object.entries(HOSTS) as [Host, string][]) {
      const cable = ['link', 'add', host, 'netns', hosts.pid('server'), 'type', 'veth', 'peer', 'name', 'cable'];
      const { status, stderr } = spawnSync('ip', [...cable, 'netns', hosts.pid(host)], TEXT);
      if (status !== 0) throw new Error(stderr);
      hosts.must('server', 'ip', 'addr', 'add', `${address}/30`, 'dev', host);
      hosts.must('server', 'ip', 'link', 'set', host, 'up');
      const [a, b, c, last] = address.split('.');
      hosts.must(host, 'ip', 'link', 'set', 'lo', 'up');
      hosts.must(host, 'ip', 'addr', 'add', `${a}.${b}.${c}.${Number(last) + 1}/30`, 'dev', 'cable');
      hosts.must(host, 'ip', 'link', 'set', 'cable', 'up');
    }
    return hosts;
  }

  /** How a program is started on a host. */
  on(host: Host | 'server', program: string, args: readonly string[]): { program: string; args: string[] } {
    return { program: 'nsenter', args: ['-t', this.pid(host), '-n', '--', program, ...args] };
  }

  /** @returns what it said. @throws where it fails */
  must(host: Host | 'server', program: string, ...args: string[]): string {
    const start = this.on(host, program, args);
    const { status, stdout, stderr } = spawnSync(start.program, start.args, TEXT);
    if (status !== 0) throw new Error(`${program} ${args.join(' ')} on ${host}: ${stdout}${stderr}`);
    return stdout;
  }

  /** The cable of a host, out and in again. */
  plug(host: Host, isIn: boolean): void {
    this.must('server', 'ip', 'link', 'set', host, isIn ? 'up' : 'down');
  }

  end(): void {
    for (const holder of Object.values(this.holders)) holder.kill('SIGKILL');
  }

  private pid(host: Host | 'server'): string {
    return String(this.holders[host].pid);
  }
}
