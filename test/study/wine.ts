import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { findOnPath } from '../../setup/find-on-path.js';
import { TalkingProgram } from './talking-program.js';

const FIRST_START_LIMIT_MS = 120_000;
let prefix: Promise<WinePrefix> | undefined;

/** Wine with a registry and drives of its own, in a temporary folder; no display. */
export interface WinePrefix {
  readonly program: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Undefined where this machine has no wine. */
export async function findWine(): Promise<string | undefined> {
  return (await findOnPath('wine64')) ?? (await findOnPath('wine'));
}

/** One prefix for all tests of this process: making one takes seconds. */
export function winePrefix(program: string): Promise<WinePrefix> {
  prefix ??= makePrefix(program);
  return prefix;
}

/** A file of this machine as Windows programs name it. */
export const winePath = (file: string) => `Z:${file.replaceAll('/', '\\')}`;

async function makePrefix(program: string): Promise<WinePrefix> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'believe-wine-'));
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    ...{ WINEPREFIX: folder, WINEDEBUG: 'fixme-all', WINEDLLOVERRIDES: 'mscoree,mshtml,winemenubuilder.exe=' },
    ...{ LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', DISPLAY: '', TMPDIR: folder },
  };
  after(() => {
    // The server of this prefix alone.
    spawnSync('wineserver', ['-k'], { env });
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  });
  await keepRunning(program, env);
  return { program, env };
}

/**
 * A shell that waits for words which never come. Without a program wine's services end after seconds, and a program that
 * starts just then now and then fails without a word.
 * @throws where nothing runs in the prefix
 */
async function keepRunning(program: string, env: NodeJS.ProcessEnv): Promise<void> {
  const shell = spawn(program, ['cmd', '/d', '/k', 'echo ready'], { env, stdio: 'pipe' });
  await new TalkingProgram(shell).until((line) => line === 'ready', FIRST_START_LIMIT_MS);
}
