import { spawn } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { findOnPath } from '../../setup/find-on-path.js';
import { type CommandOutcome, runCommand } from '../../setup/run-command.js';

const CHECKOUT = fileURLToPath(new URL('../../..', import.meta.url));
const MAIN = fileURLToPath(new URL('../../cli/main.js', import.meta.url));
const LIMIT = { timeLimitMs: 120_000 };
/** Folders of the host that its processes see at their own places. */
const SEEN = ['/etc/believe', '/var/lib/believe', '/var/cache/believe', '/var/log/believe-rsyncd'];

/** A host that was installed into a folder, with its own users; its processes run in namespaces of their own. */
export class DeployedHost {
  constructor(
    readonly root: string,
    /** Its folder of the plan. */
    readonly plan: string,
  ) {}

  /** Why none can be had here; null where one can. */
  static async whyNot(): Promise<string | null> {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'it takes root on Linux';
    for (const program of ['systemd-sysusers', 'systemd-tmpfiles', 'systemctl', 'wg', 'unshare', 'setpriv', 'mount'])
      if ((await findOnPath(program)) === undefined) return `there is no ${program}`;
    const made = await runCommand('unshare', ['--mount', '--net', 'true'], LIMIT);
    return made.status === 0 ? null : 'no namespaces can be made';
  }

  at(...parts: string[]): string {
    return path.join(this.root, ...parts);
  }

  install(): Promise<CommandOutcome> {
    mkdirSync(this.root, { recursive: true, mode: 0o755 });
    return runCommand('sh', [path.join(this.plan, 'install.sh'), '--root', this.root], LIMIT);
  }

  /** What the checklist asks of a person: keys of a ceremony, certificates, channels of alarms. */
  async bringKeys(ceremony: string, tiers: readonly string[], folders: readonly string[]): Promise<void> {
    if (!existsSync(ceremony)) {
      await believe('keys', 'init', '--home', ceremony, '--operator', 'anna');
      await believe('certs', 'init', '--home', ceremony);
    }
    for (const folder of folders) this.carry(path.join(ceremony, folder), `var/lib/believe/${folder}`);
    for (const tier of tiers) {
      await believe('certs', 'issue', '--home', ceremony, '--role', tier);
      for (const name of ['ca.pem', `${tier}.pem`, `${tier}.key`])
        this.carry(path.join(ceremony, 'certs', name), `etc/believe/brought/${name}`);
    }
    writeFileSync(this.at('var/lib/believe/watch/channels.json'), '{"v":1,"channels":[]}\n');
  }

  carry(from: string, to: string): void {
    cpSync(from, this.at(to), { recursive: true });
  }

  /** Starts the command line of a unit as its user, in its groups, without a right of root. */
  start(unit: string, options: { readonly shell?: string; readonly netns?: string } = {}) {
    const { words, environment, identity } = unitOf(this.plan, unit);
    const own = options.shell === undefined ? words : ['sh', '-c', options.shell];
    return this.run(identity, own, environment, options.netns);
  }

  /** Words of a user of a unit. */
  as(unit: string, shell: string): Promise<CommandOutcome> {
    const child = this.start(unit, { shell });
    return new Promise((resolve) => {
      const said = { stdout: '', stderr: '' };
      child.stdout.on('data', (text: Buffer) => (said.stdout += text));
      child.stderr.on('data', (text: Buffer) => (said.stderr += text));
      child.on('close', (status) => resolve({ status, ...said }));
    });
  }

  private run(identity: readonly string[], words: readonly string[], environment: readonly string[], netns?: string) {
    const script = [
      'set -e',
      ...['passwd', 'group'].map((name) => `mount --bind ${this.at('etc', name)} /etc/${name}`),
      ...SEEN.filter((place) => existsSync(this.at(place))).flatMap((place) => [
        `mkdir -p ${place}`,
        `mount --bind ${this.at(place)} ${place}`,
      ]),
      'mount -t tmpfs tmpfs /opt',
      `mkdir /opt/believe /opt/bin; mount --bind ${CHECKOUT} /opt/believe`,
      `touch /opt/bin/node; mount --bind ${process.execPath} /opt/bin/node`,
      'cd /',
      'exec setpriv "$@"',
    ].join('\n');
    const command = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script, 'sh'];
    const all = [...command, ...identity, 'env', '-i', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', ...environment, ...words];
    const inside = netns === undefined ? all : ['ip', 'netns', 'exec', netns, ...all];
    return spawn(inside[0]!, inside.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** Its lists name root too, as those of a machine do. */
  nameRoot(): void {
    for (const [name, line] of [
      ['passwd', 'root:x:0:0:root:/root:/bin/sh'],
      ['group', 'root:x:0:'],
    ] as const)
      if (!/^root:/m.test(readFileSync(this.at('etc', name), 'utf8')))
        appendFileSync(this.at('etc', name), `${line}\n`);
  }

  units(): string[] {
    return readdirSync(path.join(this.plan, 'root/etc/systemd/system')).filter((name) => name.endsWith('.service'));
  }
}

/** What a unit says of who runs what. */
function unitOf(plan: string, unit: string) {
  const text = readFileSync(path.join(plan, 'root/etc/systemd/system', `${unit}.service`), 'utf8');
  const all = (name: string) => [...text.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value]) => value!);
  const one = (name: string) => all(name)[0] ?? '';
  const groups = one('SupplementaryGroups').split(' ').filter(Boolean);
  return {
    words: one('ExecStart').split(' '),
    environment: all('Environment'),
    identity: [
      ...[
        '--reuid',
        one('User'),
        '--regid',
        one('Group'),
        ...(groups.length > 0 ? ['--groups', groups.join(',')] : ['--clear-groups']),
      ],
      ...['--no-new-privs', '--inh-caps=-all', '--bounding-set=-all', '--'],
    ],
  };
}

async function believe(...words: string[]): Promise<void> {
  const { status, stderr } = await runCommand(process.execPath, [MAIN, ...words], LIMIT);
  if (status !== 0) throw new Error(`believe ${words.join(' ')}: ${stderr}`);
}
