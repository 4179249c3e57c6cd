import { type ChildProcess, spawn } from 'node:child_process';
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { findOnPath } from '../../setup/find-on-path.js';
import { type CommandOutcome, runCommand } from '../../setup/run-command.js';
import { userspaceWireguard } from '../path/two-hosts.js';

const SYSTEMD = '/lib/systemd/systemd';
const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** What nobody there may, root neither: set the clock, load into the kernel, restart: all of that is this machine's. */
const BOUNDED = ['setpriv', '--bounding-set', '-sys_time,-sys_module,-sys_boot,-syslog,-sys_rawio'];
/** Ends with the process that started it, however that ends. */
const WITH_US = 'setpriv --pdeathsig KILL';
const LIMIT = { timeLimitMs: 300_000 };
const PROGRAMS = `unshare nsenter setpriv pivot_root ip nft wg-quick chronyd logrotate runuser`.split(' ');

/**
 * A machine of its own on this one: systemd as its first process, in namespaces for processes, files, network, names and groups of control.
 * Its files are this machine's, with its own changes over them; what this machine has set up for itself is not there.
 */
export class Machine {
  private constructor(
    readonly name: string,
    private readonly holder: ChildProcess,
    private readonly group: string,
    /** Of its systemd, as this machine counts. */
    readonly pid: number,
  ) {}

  /** Why none can be had here; null where they can. */
  static async whyNot(): Promise<string | null> {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'machines of their own take root on Linux';
    if (!existsSync(SYSTEMD)) return 'systemd is not installed';
    for (const program of PROGRAMS) if ((await findOnPath(program)) === undefined) return `there is no ${program}`;
    if (groupsOfControl() === null) return 'there are no groups of control of version 2';
    if (!existsSync('/dev/net/tun')) return 'there is no /dev/net/tun';
    return (await userspaceWireguard()) === null ? 'there is no Go, or it could not build wireguard-go' : null;
  }

  /**
   * Starts it, and waits until systemd has started what starts with it.
   * @param folder of this machine: its disk is mounted there, in its own sight alone
   * @param shows folders and files of this machine, by the place where that one sees them, to read only
   */
  static async boot(name: string, folder: string, shows: Record<string, string> = {}): Promise<Machine> {
    const group = path.join(groupsOfControl()!, `believe-${process.pid}-${name}`);
    mkdirSync(group);
    mkdirSync(folder, { recursive: true });
    const log = openSync(`${folder}.log`, 'w');
    const own = '--pid --fork --kill-child --mount --net --uts --ipc --cgroup --propagation private';
    const script = `echo $$ > ${group}/cgroup.procs; exec ${WITH_US} unshare ${own} sh -c "$BOOT"`;
    const holder = spawn('sh', ['-c', script], {
      stdio: ['ignore', log, log],
      env: { ...process.env, BOOT: bootScript(name, folder, shows) },
    });
    closeSync(log);
    const said = () => readFileSync(`${folder}.log`, 'utf8').slice(-2000);
    for (let tries = 0; tries < 600; tries++) {
      if (holder.exitCode !== null) throw new Error(`${name} has not started: ${said()}`);
      const pid = childOf(holder.pid!);
      if (pid !== null && readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'systemd') {
        const machine = new Machine(name, holder, group, pid);
        const { stdout } = await machine.sh('systemctl is-system-running --wait');
        if (/^(running|degraded)/.test(stdout)) return machine;
      }
      await pause(100);
    }
    holder.kill('SIGKILL');
    throw new Error(`${name} does not start: ${said()}`);
  }

  /** As root of the machine. */
  run(...words: string[]): Promise<CommandOutcome> {
    const namespaces = this.inside('-m', '-p', '-n', '-u', '-i', '-C');
    return runCommand('nsenter', [...namespaces, ...BOUNDED, 'env', '-i', PATH, ...words], LIMIT);
  }

  sh(script: string): Promise<CommandOutcome> {
    return this.run('sh', '-c', script);
  }

  /** @throws where it fails */
  async must(script: string): Promise<string> {
    const { status, stdout, stderr } = await this.sh(script);
    if (status !== 0) throw new Error(`${this.name}: ${script}\n${stdout}${stderr}`);
    return stdout;
  }

  /** A command of this machine in the network of that one, as through a tunnel of ssh to it. */
  inNetwork(words: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<CommandOutcome> {
    return runCommand('nsenter', [...this.inside('-n'), ...words], { ...LIMIT, env });
  }

  /** A file of it, by a path of this machine. */
  at(file: string): string {
    return path.join('/proc', String(this.pid), 'root', file);
  }

  carry(from: string, to: string): void {
    cpSync(from, this.at(to), { recursive: true });
  }

  /** Its power is cut. */
  async end(): Promise<void> {
    const over = new Promise((resolve) => this.holder.once('exit', resolve));
    this.holder.kill('SIGKILL');
    if (this.holder.exitCode === null && this.holder.signalCode === null) await over;
    for (let tries = 0; tries < 100 && !removeGroups(this.group); tries++) await pause(50);
  }

  private inside(...namespaces: string[]): string[] {
    return ['-t', String(this.pid), ...namespaces, '--'];
  }
}

/** Machines at one switch, each at `eth0` with an address of it. */
export class Switch {
  private constructor(private readonly holder: ChildProcess) {}

  static async open(): Promise<Switch> {
    const script = 'ip link add switch type bridge && ip link set switch up && echo up && exec sleep 86400';
    const holder = spawn('sh', ['-c', `exec ${WITH_US} unshare --net sh -c '${script}'`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise<void>((resolve, reject) => {
      holder.stdout!.once('data', () => resolve());
      holder.once('exit', () => reject(new Error('no switch can be made')));
    });
    return new Switch(holder);
  }

  /** @param address with the length of its net, such as 192.0.2.1/24 */
  async plug(machine: Machine, address: string): Promise<void> {
    const port = machine.name.slice(0, 15);
    const words = `ip link add eth0 netns ${machine.pid} type veth peer name ${port} netns ${this.holder.pid}`;
    const made = await runCommand('ip', words.split(' ').slice(1), LIMIT);
    if (made.status !== 0) throw new Error(made.stderr);
    await this.ip('link', 'set', port, 'master', 'switch', 'up');
    await machine.must(`ip link set lo up && ip addr add ${address} dev eth0 && ip link set eth0 up`);
  }

  cut(machine: Machine): Promise<void> {
    return this.ip('link', 'set', machine.name.slice(0, 15), 'down');
  }
  join(machine: Machine): Promise<void> {
    return this.ip('link', 'set', machine.name.slice(0, 15), 'up');
  }

  end(): void {
    this.holder.kill('SIGKILL');
  }

  private async ip(...words: string[]): Promise<void> {
    const done = await runCommand('nsenter', ['-t', String(this.holder.pid), '-n', '--', 'ip', ...words], LIMIT);
    if (done.status !== 0) throw new Error(done.stderr);
  }
}

/** `/proc/sys` is read only but for the network, which is its own. */
const bootScript = (name: string, folder: string, shows: Record<string, string>): string => `set -e
umask 022
mount -t tmpfs -o mode=755 tmpfs ${folder}
mkdir ${folder}/up ${folder}/work ${folder}/root
mount -t overlay overlay -o lowerdir=/,upperdir=${folder}/up,workdir=${folder}/work ${folder}/root
cd ${folder}/root
mount -t proc proc proc
mount --bind proc/sys proc/sys && mount -o remount,bind,ro proc/sys
mount --bind /proc/sys/net proc/sys/net
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=755,nosuid tmpfs dev
for EACH in null zero full random urandom tty; do touch dev/$EACH; mount --bind /dev/$EACH dev/$EACH; done
mkdir dev/pts dev/shm dev/net; touch dev/net/tun; mount --bind /dev/net/tun dev/net/tun
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts; ln -s pts/ptmx dev/ptmx
mount -t tmpfs -o mode=1777 tmpfs dev/shm
ln -s /proc/self/fd dev/fd; ln -s fd/0 dev/stdin; ln -s fd/1 dev/stdout; ln -s fd/2 dev/stderr
${Object.entries(shows)
  .map(([place, own]) => showing(place, own))
  .join('\n')}
for EACH in tmp work root home; do [ ! -d $EACH ] || mount -t tmpfs -o mode=755 tmpfs $EACH; done
chmod 1777 tmp
rm -rf etc/systemd/system etc/believe var/lib/believe var/log/journal
mkdir -p etc/systemd/system opt
ln -s /dev/null etc/systemd/system/console-getty.service
echo ${name} > etc/hostname; hostname ${name}
cat /proc/sys/kernel/random/uuid | tr -d - > etc/machine-id
mkdir .before; pivot_root . .before; cd /; umount -l /.before; rmdir /.before
exec env -i container=other ${PATH} ${BOUNDED.join(' ')} ${SYSTEMD} --log-target=console systemd.unit=multi-user.target`;

function showing(place: string, own: string): string {
  const make = statSync(own).isDirectory() ? `mkdir -p .${place}` : `mkdir -p .${path.dirname(place)}; touch .${place}`;
  return `${make}; mount --bind ${own} .${place}; mount -o remount,bind,ro .${place}`;
}

/** Where this machine has those of version 2; null where it has none. */
function groupsOfControl(): string | null {
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n');
  return mounts.map((line) => line.split(' ')).find(([, , kind]) => kind === 'cgroup2')?.[1] ?? null;
}

function childOf(pid: number): number | null {
  try {
    const [first] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    return first ? Number(first) : null;
  } catch {
    return null;
  }
}

/** From within; @returns whether all are gone: one that still has a process stays. */
function removeGroups(folder: string): boolean {
  if (!existsSync(folder)) return true;
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) removeGroups(path.join(folder, entry.name));
  try {
    rmdirSync(folder);
    return true;
  } catch {
    return false;
  }
}
