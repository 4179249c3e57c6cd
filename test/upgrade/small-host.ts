import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { checksums, packFolder } from '../../deploy/bundle/archive.js';
import { Builds } from '../../deploy/upgrade/builds.js';
import type { HostServices } from '../../deploy/upgrade/host-services.js';
import type { UpgradedHost, WorkflowUse } from '../../deploy/upgrade/upgrade-host.js';
import { fileSha256 } from '../../setup/file-sha256.js';

export interface SmallBuild {
  readonly commit: string;
  /** Build id that it says its workflows have. */
  readonly workflows?: string;
  readonly format?: number;
  readonly node?: string;
}

export const nameOf = (commit: string): string => `0.1.0-${commit.repeat(12)}`;

/** A host in a folder, with builds of a few files, services that are only written down, and a server that says what a test wants. */
export class SmallHost {
  readonly folder = mkdtempSync(path.join(os.tmpdir(), 'believe-small-host-'));
  readonly program = path.join(this.folder, 'believe');
  readonly builds = new Builds(this.program);
  readonly asked: string[] = [];
  readonly uses = new Map<string, WorkflowUse>();
  refusals: readonly string[] = [];
  private readonly runs = new Set<string>(['believe-orchestrator']);

  at(...parts: string[]): string {
    return path.join(this.folder, ...parts);
  }

  async makeBuild(folder: string, ask: SmallBuild): Promise<void> {
    const { commit, workflows = 'w1', format = 1, node = '^22.15.0 || ^24.0.0' } = ask;
    const put = (name: string, text: string) => {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), text);
    };
    rmSync(path.join(folder, 'SHA256SUMS'), { force: true });
    put('package.json', JSON.stringify({ version: '0.1.0', type: 'module', engines: { node } }));
    put('code-commit', `${commit.repeat(12)}\n`);
    put('dist/cli/main.js', `console.log(JSON.stringify({ buildId: ${JSON.stringify(workflows)} }));\n`);
    put('dist/shared/line.js', `export const line = z.strictObject({ v: z.literal(${format}) });\n`);
    put('cache/library-1/lib.so', 'a library\n');
    put('SHA256SUMS', await checksums(folder));
  }

  async pack(folder: string): Promise<string> {
    const file = `${folder}.tar.gz`;
    await packFolder(folder, path.basename(folder), file);
    writeFileSync(`${file}.sha256`, `${await fileSha256(file)}  ${path.basename(file)}\n`);
    return file;
  }

  /** Names in the folder of builds, with what was left over there. */
  placed(): string[] {
    return readdirSync(this.builds.folder).sort();
  }

  copy(from: string, to: string): void {
    cpSync(from, to, { recursive: true });
  }

  host(): UpgradedHost {
    return {
      builds: this.builds,
      nodeOf: () => process.execPath,
      services: this.services(),
      restarts: ['believe-research', 'believe-orchestrator'],
      workflows: {
        makeCurrent: async (buildId) => void this.asked.push(`current ${buildId}`),
        useOf: async (buildId) => this.uses.get(buildId) ?? { state: 'unused', runs: [] },
      },
      refusals: () => this.refusals,
      done: () => {},
    };
  }

  /** The orchestrator of the build in use does not start. */
  loseOrchestrator(): void {
    this.runs.delete('believe-orchestrator');
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private services(): HostServices {
    return {
      restart: async (service) => void this.asked.push(`restart ${service}`),
      keep: async (service) => {
        this.asked.push(`keep ${service}`);
        this.runs.add(service);
      },
      end: async (service) => {
        this.asked.push(`end ${service}`);
        this.runs.delete(service);
      },
      running: async () => [...this.runs],
    };
  }
}
