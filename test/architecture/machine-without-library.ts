import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CommandOutcome, runCommand } from '../../setup/run-command.js';

const CHECKOUT = fileURLToPath(new URL('../../../', import.meta.url));
/** What a research or public machine builds; `bridge` lies there as source and is of no use without the library. */
export const ROOMS_OF_OTHER_TIERS = [
  ...[
    'activities',
    'backup',
    'broker',
    'dashboard',
    'deploy',
    'research',
    'setup',
    'shared',
    'stack',
    'temporal',
    'watch',
    'telemetry',
    'workers',
    'workflows',
  ],
] as const;
const OTHERS = ['bin', 'bridge', 'cli', 'scripts', 'package.json', 'package-lock.json', 'tsconfig.json'];
const TIME_LIMIT_MS = 600_000;

/** A checkout on a machine where every package is installed but @stoqey/ib. */
export class MachineWithoutLibrary {
  readonly folder = mkdtempSync(path.join(os.tmpdir(), 'believe-research-'));

  constructor() {
    for (const name of [...ROOMS_OF_OTHER_TIERS, ...OTHERS].filter((one) => existsSync(path.join(CHECKOUT, one))))
      cpSync(path.join(CHECKOUT, name), path.join(this.folder, name), { recursive: true });
    linkPackages(path.join(CHECKOUT, 'node_modules'), path.join(this.folder, 'node_modules'));
  }

  path(...parts: string[]): string {
    return path.join(this.folder, ...parts);
  }

  write(name: string, text: string): string {
    mkdirSync(path.dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), text);
    return this.path(name);
  }

  /** Runs a program of the checkout by Node. */
  run(program: string, ...args: string[]): Promise<CommandOutcome> {
    return runCommand(process.execPath, [this.path(program), ...args], { timeLimitMs: TIME_LIMIT_MS });
  }

  believe(...args: string[]): Promise<CommandOutcome> {
    return this.run('dist/cli/main.js', ...args);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Each package by a link, and the scope @stoqey not at all. */
function linkPackages(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from).filter((one) => !one.startsWith('.') && one !== '@stoqey')) {
    const [source, target] = [path.join(from, name), path.join(to, name)];
    if (name.startsWith('@')) linkPackages(source, target);
    else symlinkSync(source, target, 'junction');
  }
  const lock = path.join(from, '.package-lock.json');
  if (existsSync(lock)) copyFileSync(lock, path.join(to, '.package-lock.json'));
}
