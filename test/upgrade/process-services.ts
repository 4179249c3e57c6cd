import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { type DeployFile, type DeployHost, readDeployFile } from '../../deploy/plan/deploy-file.js';
import type { ServiceNeed } from '../../deploy/plan/host-needs.js';
import { linuxHost } from '../../deploy/plan/linux-host.js';
import { CONFIG_FILE, INSTANCE } from '../../deploy/plan/linux-places.js';
import { drainingOrchestrator } from '../../deploy/plan/linux-services.js';
import { drainingBuild, type HostServices, ORCHESTRATOR } from '../../deploy/upgrade/host-services.js';
import { PidFile } from '../../stack/pid-file.js';

/** A service manager that starts and ends the plan's own command lines, and outlives whoever asks it, as systemd does. */
export class ProcessServices implements HostServices {
  private readonly file: DeployFile;
  private readonly host: DeployHost;

  constructor(
    private readonly source: string,
    private readonly home: string,
    private readonly settingsFile: string,
  ) {
    this.file = readDeployFile(source);
    this.host = this.file.hosts[0]!;
  }

  async restart(service: string): Promise<void> {
    await this.end(service);
    this.start(service);
  }

  async keep(service: string): Promise<void> {
    if (new PidFile(this.home, service).running() === null) this.start(service);
  }

  async end(service: string): Promise<void> {
    await new PidFile(this.home, service).endOrphan();
  }

  async running(): Promise<string[]> {
    return this.known().filter((service) => new PidFile(this.home, service).running() !== null);
  }

  pidOf(service: string): number | null {
    return new PidFile(this.home, service).running();
  }

  async endAll(): Promise<void> {
    for (const service of this.known()) await this.end(service);
  }

  private known(): string[] {
    mkdirSync(path.join(this.home, 'run'), { recursive: true });
    return readdirSync(path.join(this.home, 'run')).map((name) => name.replace(/[.]pid$/, ''));
  }

  private start(service: string): void {
    const { command, environment } = this.needOf(service);
    const [program, ...words] = command.map((word) => (word === CONFIG_FILE ? this.settingsFile : word));
    const own = Object.entries(environment).filter(([name]) => name.startsWith('BELIEVE_METRICS'));
    const log = openSync(path.join(this.home, `${service}.log`), 'a');
    const child = spawn(program!, words, {
      ...{ detached: true, stdio: ['ignore', log, log] },
      env: { ...process.env, ...Object.fromEntries(own) },
    });
    closeSync(log);
    child.unref();
    new PidFile(this.home, service).write(child.pid!);
  }

  private needOf(service: string): ServiceNeed {
    const { services } = linuxHost(this.file, this.host, this.source);
    const build = drainingBuild(service);
    const need = services.find(({ name }) => name === (build === null ? service : ORCHESTRATOR))!;
    if (build === null) return need;
    const draining = drainingOrchestrator(this.host, need);
    return { ...draining, command: draining.command.map((word) => word.replace(INSTANCE, build)) };
  }
}
