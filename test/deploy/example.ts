import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DeployFile, deployFile } from '../../deploy/plan/deploy-file.js';
import { runCommand } from '../../setup/run-command.js';

const MAIN = fileURLToPath(new URL('../../cli/main.js', import.meta.url));

/** The example of docs/deploy.md, as text. */
export function exampleText(): string {
  return /```json\n([\s\S]+?)```/.exec(readFileSync('docs/deploy.md', 'utf8'))![1]!;
}

export interface AnyHost {
  [field: string]: unknown;
}

/** The example with changes. */
export function example(change: (file: { hosts: AnyHost[]; [field: string]: unknown }) => void = () => {}): unknown {
  const file = JSON.parse(exampleText());
  change(file);
  return file;
}

export const parsed = (change?: Parameters<typeof example>[0]): DeployFile => deployFile.parse(example(change));

/** Each test has a folder, which is gone after it; readable by the users that a test makes. */
export function openFolder(): () => string {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'believe-deploy-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  return () => folder;
}

export async function believe(...words: string[]) {
  const run = await runCommand(process.execPath, [MAIN, 'deploy', ...words], { timeLimitMs: 120_000 });
  return { ...run, json: run.stdout.startsWith('{') ? JSON.parse(run.stdout) : undefined };
}

export function writeExample(folder: string, change?: Parameters<typeof example>[0]): string {
  const file = path.join(folder, 'deploy.json');
  writeFileSync(file, JSON.stringify(example(change), null, 2));
  return file;
}

/** Linux alone, so that the broker's units are looked at too. */
export function brokerOnLinux(file: { hosts: AnyHost[] }): void {
  const broker = file.hosts.find(({ name }) => name === 'broker-1')!;
  const { account } = broker.gateway as { account: string };
  Object.assign(broker, {
    ...{ os: 'linux', gateway: { account, ibc: '/opt/ibc' }, sierra: { dataFolder: '/srv/sierra/Data' } },
  });
}
