import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { checksums } from '../../deploy/bundle/archive.js';
import { freePort } from '../../setup/port-state.js';
import { runCommand } from '../../setup/run-command.js';
import { bundleWorkflows } from '../../temporal/workflow-bundle.js';
import { ProcessServices } from './process-services.js';

const CHECKOUT = fileURLToPath(new URL('../../..', import.meta.url));
const PROGRAM = fileURLToPath(new URL('./upgrade-program.js', import.meta.url));
const SCRIPTED = new URL('./scripted-research.js', import.meta.url).href;
/** What the processes of a research host load, but for its tier, which is scripted. */
const ROOMS = ['activities', 'cli', 'deploy', 'setup', 'shared', 'telemetry', 'temporal', 'workers', 'workflows'];

/** Builds of the product in a folder of their own, and a host on which the first of them is installed. */
export class InstalledBuilds {
  readonly folder = mkdtempSync(path.join(os.tmpdir(), 'believe-upgrade-'));
  readonly program = this.at('opt', 'believe');
  readonly home = this.at('home');
  readonly deployJson = this.at('deploy.json');
  readonly settingsFile = this.at('believe.config.json');
  readonly killsFile = this.at('kills');

  constructor() {
    for (const name of ['opt', 'home', 'brought']) mkdirSync(this.at(name));
    symlinkSync(path.join(CHECKOUT, 'node_modules'), this.at('node_modules'), 'dir');
  }

  at(...parts: string[]): string {
    return path.join(this.folder, ...parts);
  }

  async describeHost(temporalAddress: string): Promise<void> {
    const host = { name: 'research-1', os: 'linux', roles: ['research'], address: '10.77.0.1' };
    const file = {
      settings: { watch: { enabled: false } },
      timeServers: ['one.example.org', 'two.example.org'],
      temporal: { address: temporalAddress },
      hosts: [
        {
          ...host,
          ...{ admin: { from: ['192.0.2.0/24'] }, program: this.program, home: this.home, node: process.execPath },
        },
      ],
    };
    writeFileSync(this.deployJson, JSON.stringify(file));
    const temporal = { embedded: false, address: temporalAddress, namespace: 'default', versioned: true };
    const metrics = { orchestratorPort: await freePort() };
    writeFileSync(this.settingsFile, JSON.stringify({ home: this.home, temporal, metrics }));
  }

  /** @param isChanged its workflows begin a ship otherwise: ships of the other build cannot go on with them */
  async makeBuild(folder: string, commit: string, isChanged: boolean): Promise<void> {
    const dist = path.join(folder, 'dist');
    for (const room of ROOMS) cpSync(path.join(CHECKOUT, 'dist', room), path.join(dist, room), { recursive: true });
    copyFileSync(path.join(CHECKOUT, 'package.json'), path.join(folder, 'package.json'));
    writeFileSync(path.join(folder, 'code-commit'), `${commit}\n`);
    for (const name of ['signer', 'receiver'])
      writeFileSync(path.join(dist, 'workers', `${name}.js`), 'setInterval(() => {}, 60_000);\n');
    writeFileSync(path.join(dist, 'workers', 'research.js'), `import ${JSON.stringify(SCRIPTED)};\n`);
    await bringWorkflows(dist, isChanged);
    writeFileSync(path.join(folder, 'SHA256SUMS'), await checksums(folder));
  }

  services(): ProcessServices {
    return new ProcessServices(this.deployJson, this.home, this.settingsFile);
  }

  /** `believe deploy upgrade`, as a process of its own. */
  async upgrade(ask: { bundle?: string; killed?: boolean; [option: string]: unknown }) {
    const { bundle, killed, ...options } = ask;
    const { home, settingsFile, killsFile } = this;
    const asked = {
      ...{
        bundle,
        home,
        settingsFile,
        options: { config: this.deployJson, host: 'research-1', json: true, ...options },
      },
      ...(killed ? { killsFile } : {}),
    };
    const run = await runCommand(process.execPath, [PROGRAM, JSON.stringify(asked)], { timeLimitMs: 120_000 });
    return { ...run, json: run.stdout.startsWith('{') ? JSON.parse(run.stdout) : undefined };
  }

  async remove(): Promise<void> {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** With their bundle, as `npm run bundle` leaves it there, so that nothing is added to the build where it runs. */
async function bringWorkflows(dist: string, isChanged: boolean): Promise<void> {
  const file = path.join(dist, 'workflows', 'ship-model.js');
  const { codePath } = await bundleWorkflows();
  const bundle = path.join(dist, path.basename(codePath));
  copyFileSync(codePath, bundle);
  if (!isChanged) return;
  for (const one of [file, bundle]) {
    const code = readFileSync(one, 'utf8');
    const begin = /log[.]enter[(]"Retraining"[)];/;
    if (!begin.test(code)) throw new Error(`${one} does not begin a ship by ${begin}`);
    writeFileSync(one, code.replace(begin, '$& await new Promise((resolve) => setTimeout(resolve, 1));'));
  }
  const module = JSON.stringify(pathToFileURL(path.join(dist, 'temporal', 'workflow-bundle.js')).href);
  const words = ['--input-type=module', '-e', `console.log((await import(${module})).workflowsBuildId())`];
  const { stdout, stderr, status } = await runCommand(process.execPath, words, { timeLimitMs: 60_000 });
  if (status !== 0) throw new Error(stderr);
  renameSync(bundle, path.join(dist, `workflow-bundle-${stdout.trim()}.cjs`));
}
