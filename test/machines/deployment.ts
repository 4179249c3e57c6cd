import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { tradeDateAfter as dayAfter } from '../../cli/up/shared-clock.js';
import { OPERATOR_FILE } from '../../deploy/plan/operator-settings.js';
import { generateMarket } from '../../research/generator/generate-market.js';
import { cacheFolder } from '../../setup/cache-folder.mjs';
import { obtainLibxgboost } from '../../setup/libxgboost.js';
import { type CommandOutcome, runCommand } from '../../setup/run-command.js';
import { configSchema } from '../../shared/config/config.js';
import type { ClockSpec } from '../../shared/market/clock/market-clock.js';
import { bundleWorkflows } from '../../temporal/workflow-bundle.js';
import { userspaceWireguard } from '../path/two-hosts.js';
import { Machine, Switch } from './machine.js';

const CHECKOUT = fileURLToPath(new URL('../../..', import.meta.url));
const LIMIT = { timeLimitMs: 120_000 };
const HOSTS = ['research-1', 'broker-1', 'temporal-1'] as const;
export type HostName = (typeof HOSTS)[number];
const OUTSIDE: Record<HostName, string> = {
  'research-1': '192.0.2.1',
  'broker-1': '192.0.2.2',
  'temporal-1': '192.0.2.3',
};
const INSIDE: Record<HostName, string> = {
  'research-1': '10.77.0.1',
  'broker-1': '10.77.0.2',
  'temporal-1': '10.77.0.3',
};
const HOME = '/var/lib/believe';
const CONFIG = '/etc/believe/believe.config.json';
export const NODE = '/opt/node/node';
const BRING: Record<HostName, readonly [from: string, to: string][]> = {
  'research-1': ['research/trust', 'research/measuring', 'signer/keys', 'signer/measurers', 'receiver/keys'].map(
    (one) => [one, one],
  ),
  'broker-1': ['broker/trust', 'broker/keys', 'broker/pin.json'].map((one) => [one, one]),
  'temporal-1': [],
};
const CERTIFICATES: Record<HostName, readonly string[]> = {
  'research-1': ['research', 'orchestrator', 'watcher'],
  'broker-1': ['broker', 'watcher'],
  'temporal-1': ['server'],
};

/** Three machines, each from its folder of a plan and its checklist: research, broker and Temporal on PostgreSQL, with a market of the simulator's. */
export class Deployment {
  readonly machines = new Map<HostName, Machine>();
  private readonly deployFile: string;
  private cable: Switch | null = null;
  /** Where an operator has the same build as the machines. */
  private program = CHECKOUT;

  private constructor(readonly folder: string) {
    this.deployFile = path.join(folder, 'deploy.json');
  }

  /** @param bundle an archive of `npm run bundle`; null takes this checkout */
  static async make(folder: string, bundle: string | null): Promise<Deployment> {
    const made = new Deployment(folder);
    try {
      made.writeDeployFile({});
      await made.bootAll(bundle);
      await made.installAll();
      await made.bringKeys();
      await made.installAll();
      await made.startServer();
      for (const host of ['research-1', 'broker-1'] as const) await made.on(host).must('/root/plan/install.sh --start');
      await made.makeMarket();
      await made.startGateway();
      return made;
    } catch (error) {
      await made.end();
      throw error;
    }
  }

  on(host: HostName): Machine {
    return this.machines.get(host)!;
  }

  /** `believe` as root of a host, on its own settings. */
  believe(host: HostName, ...words: string[]): Promise<CommandOutcome> {
    return this.on(host).run(NODE, '/opt/believe/dist/cli/main.js', ...words);
  }

  /**
   * `believe` of an operator, with the settings of the plan, his certificate and his key. His tunnel of ssh ends on the host of the server:
   * there is its network.
   */
  operator(...words: string[]): Promise<CommandOutcome> {
    const config = path.join(this.folder, 'plan/temporal-1', OPERATOR_FILE);
    const main = path.join(this.program, 'dist/cli/main.js');
    const own = [process.execPath, main, ...words, '--config', config, '--home', this.ceremony];
    const address = `BELIEVE_TEMPORAL_ADDRESS=${INSIDE['temporal-1']}:7233`;
    return this.on('temporal-1').inNetwork(['env', '-C', this.ceremony, address, ...own]);
  }

  /** What `deploy check` finds, with the deploy.json that all is planned from. */
  async check(host: HostName, ...options: string[]): Promise<{ item: string; state: string; found: string }[]> {
    this.on(host).carry(this.deployFile, '/root/deploy.json');
    const words = ['deploy', 'check', '--config', '/root/deploy.json', '--host', host, '--json', ...options];
    const { stdout, stderr } = await this.believe(host, ...words);
    if (!stdout.startsWith('{')) throw new Error(`${host}: ${stdout}${stderr}`);
    return (JSON.parse(stdout) as { findings: { item: string; state: string; found: string }[] }).findings;
  }

  /** Units of ours that run all the time. */
  async services(host: HostName): Promise<string[]> {
    const running = await this.on(host).must(
      'systemctl list-units --type=service --state=running --no-legend --plain "believe-*" "postgresql@*"',
    );
    return running
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split(' ')[0]!);
  }

  /** An operator starts a ship. @returns its id */
  async startShip(name: string): Promise<string> {
    const id = `ship/${name}`;
    const started = await this.operator('ship', 'start', '--id', id, '--by', 'anna', '--note', 'three machines');
    if (started.status !== 0) throw new Error(started.stderr);
    return id;
  }

  /** `believe deploy upgrade` on research, with an operator's certificate; a bundle by its own program, as the first time it must be. */
  async upgrade(what: string): Promise<string> {
    const research = this.on('research-1');
    for (const name of ['operator.pem', 'operator.key'])
      research.carry(path.join(this.ceremony, 'certs', name), `/root/operator/${name}`);
    if (what.startsWith('--')) return await this.upgradeBy('/opt/believe', what);
    for (const ending of ['', '.sha256']) research.carry(`${what}${ending}`, `/root/next.tar.gz${ending}`);
    await research.must('mkdir /root/next && tar -xzf /root/next.tar.gz -C /root/next --strip-components=1');
    return await this.upgradeBy('/root/next', '/root/next.tar.gz');
  }

  private upgradeBy(program: string, what: string): Promise<string> {
    const operator = ['CERT_FILE=/root/operator/operator.pem', 'KEY_FILE=/root/operator/operator.key'];
    const env = operator.map((one) => `BELIEVE_TEMPORAL_TLS_${one}`).join(' ');
    const words = `deploy upgrade ${what} --config /root/deploy.json --host research-1`;
    return this.on('research-1').must(`${env} ${NODE} ${program}/dist/cli/main.js ${words}`);
  }

  /** Both null where nobody answers, as while the server is killed. */
  async stageOf(id: string): Promise<{ status: string | null; stage: string | null }> {
    const told = await this.operator('ship', 'status', id, '--json');
    if (told.status !== 0) return { status: null, stage: null };
    return (JSON.parse(told.stdout) as { ships: { status: string; stage: string | null }[] }).ships[0]!;
  }

  /** He lets it go on where it is held. @returns its last stage, once it is over */
  async untilOver(id: string): Promise<string> {
    for (;;) {
      await pause(1000);
      const { status, stage } = await this.stageOf(id);
      if (stage !== null && status !== 'RUNNING') return stage;
      if (stage === 'Held') await this.operator('ship', 'approve', id, '--reason', 'a small market', '--by', 'anna');
    }
  }

  async end(): Promise<void> {
    await Promise.all([...this.machines.values()].map((one) => one.end()));
    this.cable?.end();
  }

  get ceremony(): string {
    return path.join(this.folder, 'ceremony');
  }

  private writeDeployFile(publicKeys: Partial<Record<HostName, string>>): void {
    const host = (name: HostName, roles: string[], more: object) => ({
      ...{ name, os: 'linux', roles, address: INSIDE[name], node: NODE, admin: { from: ['192.0.2.0/24'] } },
      ...(publicKeys[name] === undefined ? {} : { publicKey: publicKeys[name] }),
      ...more,
    });
    const file = {
      settings: {
        ...{ gate: { testRowsMin: 20, seedsPerArm: 2 }, risk: { maxDailyLossUsd: 1_000_000 } },
        ...{ ship: { observeMarketSeconds: 20 }, upload: { journalEverySeconds: 5 }, schedule: { enabled: false } },
        watch: { everySeconds: 2, startSeconds: 5, connectionSeconds: 5, flapSeconds: 2 },
      },
      timeServers: ['192.0.2.101', '192.0.2.102'],
      hosts: [
        host('research-1', ['research'], { endpoint: OUTSIDE['research-1'] }),
        host('broker-1', ['broker'], { gateway: { account: 'DU1000001' } }),
        host('temporal-1', ['temporal'], {
          endpoint: OUTSIDE['temporal-1'],
          temporal: { program: '/opt/temporal/believe-temporal', uiProgram: null, historyShards: 4 },
        }),
      ],
    };
    mkdirSync(this.folder, { recursive: true });
    writeFileSync(this.deployFile, JSON.stringify(file, null, 2));
  }

  private async bootAll(bundle: string | null): Promise<void> {
    this.cable = await Switch.open();
    if (bundle !== null) this.program = await this.unpacked(bundle);
    // A bundle has it made; there nobody may write where it lies.
    if (bundle === null) await bundleWorkflows();
    const wireguard = (await userspaceWireguard())!;
    for (const host of HOSTS) {
      const shows = { ...(bundle === null ? { '/opt/believe': CHECKOUT } : {}), '/opt/node/node': process.execPath };
      const machine = await Machine.boot(host, path.join(this.folder, host), shows);
      this.machines.set(host, machine);
      await this.cable.plug(machine, `${OUTSIDE[host]}/24`);
      // The kernel knows no WireGuard: wg-quick takes this then.
      machine.carry(wireguard, '/usr/local/bin/wireguard-go');
      // What a bundle brings was obtained here.
      if (bundle === null && host === 'research-1') await this.carryLibrary();
      if (bundle !== null) {
        machine.carry(bundle, '/root/bundle.tar.gz');
        await machine.must(
          'mkdir /opt/believe && tar -xzf /root/bundle.tar.gz -C /opt/believe --strip-components=1 && cd /opt/believe && sha256sum --quiet -c SHA256SUMS',
        );
      }
    }
    const server = path.join(this.folder, 'server/believe-temporal');
    await here('temporal', 'build', '--out', server);
    this.on('temporal-1').carry(path.dirname(server), '/opt/temporal');
  }

  private async unpacked(bundle: string): Promise<string> {
    const folder = path.join(this.folder, 'operator');
    mkdirSync(folder);
    const { status, stderr } = await runCommand('tar', ['-xzf', bundle, '-C', folder, '--strip-components=1'], LIMIT);
    if (status !== 0) throw new Error(stderr);
    return folder;
  }

  private async carryLibrary(): Promise<void> {
    const { path: library } = await obtainLibxgboost();
    const folder = library.slice(0, library.indexOf('/', cacheFolder().length + 1));
    this.on('research-1').carry(folder, path.join('/var/cache/believe', path.basename(folder)));
  }

  /** Plans, installs, and plans again with the public keys that the installations have printed. */
  private async installAll(): Promise<void> {
    const keys: Partial<Record<HostName, string>> = {};
    for (let times = 0; times < 2; times++) {
      await here('deploy', 'plan', '--config', this.deployFile, '--to', path.join(this.folder, 'plan'));
      for (const host of HOSTS) {
        const machine = this.on(host);
        rmSync(machine.at('/root/plan'), { recursive: true, force: true });
        machine.carry(path.join(this.folder, 'plan', host), '/root/plan');
        const said = await machine.must('/root/plan/install.sh');
        keys[host] = /for deploy.json: (\S+)/.exec(said)![1]!;
      }
      this.writeDeployFile(keys);
    }
  }

  /** The chapter "Keys" of each checklist. */
  private async bringKeys(): Promise<void> {
    await here('keys', 'init', '--home', this.ceremony, '--operator', 'anna');
    await here('certs', 'init', '--home', this.ceremony);
    await here(
      'certs',
      'issue',
      '--home',
      this.ceremony,
      '--role',
      'server',
      '--name',
      'temporal-1',
      INSIDE['temporal-1'],
      '127.0.0.1',
    );
    for (const role of new Set([...Object.values(CERTIFICATES).flat(), 'operator']))
      if (role !== 'server') await here('certs', 'issue', '--home', this.ceremony, '--role', role);
    for (const host of HOSTS) {
      const machine = this.on(host);
      for (const [from, to] of BRING[host]) machine.carry(path.join(this.ceremony, from), `${HOME}/${to}`);
      for (const name of CERTIFICATES[host].flatMap((role) => [`${role}.pem`, `${role}.key`]).concat('ca.pem'))
        machine.carry(path.join(this.ceremony, 'certs', name), `/etc/believe/brought/${name}`);
      if (host !== 'temporal-1') writeFileSync(machine.at(`${HOME}/watch/channels.json`), '{"v":1,"channels":[]}\n');
    }
    cpSync(this.on('research-1').at('/etc/believe/to-broker'), this.on('broker-1').at(`${HOME}/broker/keys`), {
      recursive: true,
    });
    rmSync(this.on('research-1').at('/etc/believe/to-broker'), { recursive: true });
  }

  /** The chapters "The database", "Start" and "The namespace" of the checklist of its host, line by line. */
  private async startServer(): Promise<void> {
    const machine = this.on('temporal-1');
    const checklist = readFileSync(path.join(this.folder, 'plan/temporal-1/CHECKLIST.md'), 'utf8');
    const database = /## The database\n([\s\S]+?)\n## /.exec(checklist)![1]!;
    for (const [, command] of database.matchAll(/^- \[ \] `(.+?)`/gm))
      await machine.must(command!.replace(/^sudo -u (\S+)/, 'runuser -u $1 --'));
    await machine.must('/root/plan/install.sh --start');
    const prepare = /^- \[ \] Here, as root: `(.+)`/m.exec(checklist)![1]!;
    for (let tries = 0; (await machine.sh(prepare)).status !== 0; tries++) {
      if (tries === 30) await machine.must(prepare);
      await pause(1000);
    }
  }

  /** SYNTHETIC, and a clock that goes through it: the one thing in which these machines are not as planned. */
  private async makeMarket(): Promise<void> {
    const { instrument, input } = configSchema.parse({});
    if (input.kind !== 'synthetic') throw new Error('the default market is synthetic');
    const market = { instrument, minutesPerDay: 5, barDays: 40, signalStrength: input.signalStrength };
    const folder = path.join(this.folder, 'market');
    const past = await generateMarket({ ...market, firstTradeDate: input.firstTradeDate, days: 8, seed: 1, folder });
    const live = await generateMarket({
      ...market,
      firstTradeDate: dayAfter(past.lastTradeDate),
      days: 1,
      barDays: 2,
      seed: 2,
      folder: `${folder}-live`,
    });
    const research = this.on('research-1');
    research.carry(folder, '/srv/market');
    this.on('broker-1').carry(live.depthFiles[0]!, '/srv/market/live.jsonl');
    const at = (file: string) => path.join('/srv/market', path.relative(folder, file));
    const config = JSON.parse(readFileSync(research.at(CONFIG), 'utf8'));
    const files = { kind: 'files', depth: past.depthFiles.map(at), bars: [at(past.barsFile)], synthetic: true };
    writeFileSync(research.at(CONFIG), JSON.stringify({ ...config, input: files }, null, 2));
    await research.must('chmod -R a+rX /srv/market');
    const spec: ClockSpec = {
      ...{ kind: 'replay', startedAtWallMs: Date.now(), firstTradeDate: dayAfter(past.lastTradeDate) },
      ...{ speed: 20, beforeOpenSeconds: 40, afterOpenSeconds: 60 },
    };
    for (const host of ['research-1', 'broker-1'] as const)
      writeFileSync(this.on(host).at(`${HOME}/market-clock.json`), `${JSON.stringify(spec)}\n`);
    for (const host of ['research-1', 'broker-1'] as const)
      await this.on(host).must('systemctl restart "believe-*.service"');
  }

  /** The simulator, in the place of IB Gateway. */
  async startGateway(): Promise<void> {
    await this.on('broker-1').must(
      `chmod -R a+rX /srv/market && systemd-run --unit=gateway --uid=nobody --property=StateDirectory=gateway ${NODE} /opt/believe/dist/cli/main.js gateway --port 4002 --data /srv/market/live.jsonl --speed 20 --loop --state /var/lib/gateway/account.json`,
    );
  }
}

async function here(...words: string[]): Promise<void> {
  const main = path.join(CHECKOUT, 'dist/cli/main.js');
  const { status, stdout, stderr } = await runCommand(process.execPath, [main, ...words], LIMIT);
  if (status !== 0) throw new Error(`believe ${words.join(' ')}: ${stdout}${stderr}`);
}
