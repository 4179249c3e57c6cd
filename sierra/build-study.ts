import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../setup/cache-folder.mjs';
import { findOnPath } from '../setup/find-on-path.js';
import { lastLine, runCommand } from '../setup/run-command.js';

/** Seen from dist/sierra/. */
const SOURCES = fileURLToPath(new URL('../../sierra', import.meta.url));
const BUILD_LIMIT_MS = 10 * 60_000;

/** native: for this machine; windows: by mingw-w64; address and thread: for this machine, under sanitizers. */
export type StudyVariant = 'native' | 'windows' | 'address' | 'thread';

const OPTIONS: Readonly<Record<StudyVariant, readonly string[]>> = {
  native: [],
  windows: [`-DCMAKE_TOOLCHAIN_FILE=${path.join(SOURCES, 'mingw-w64.cmake')}`],
  address: ['-DT29_SANITIZE=address,undefined'],
  thread: ['-DT29_SANITIZE=thread'],
};
const TOOLS: Readonly<Record<StudyVariant, readonly string[]>> = {
  native: ['cmake', 'make', 'g++'],
  windows: ['cmake', 'make', 'x86_64-w64-mingw32-g++-posix'],
  address: ['cmake', 'make', 'g++'],
  thread: ['cmake', 'make', 'g++'],
};

/** What is missing on this machine to build a variant, as one sentence; undefined where all is here. */
export async function missingTools(variant: StudyVariant): Promise<string | undefined> {
  if (process.platform === 'win32') return 'the study is built for tests on Linux only';
  const found = await Promise.all(TOOLS[variant].map(async (tool) => ((await findOnPath(tool)) ? [] : [tool])));
  const missing = found.flat();
  return missing.length > 0 ? `not on this machine: ${missing.join(', ')}` : undefined;
}

const builds = new Map<string, Promise<string>>();

/** Targets of sierra/CMakeLists.txt: the study and its host. */
export const STUDY_AND_HOST = ['T29Capture', 't29-host'];

/**
 * Builds the study against its stand-in, in a folder of the cache that keeps what has not changed.
 * @param targets of sierra/CMakeLists.txt
 * @returns the folder of what was built
 */
export function buildStudy(variant: StudyVariant, targets: readonly string[]): Promise<string> {
  const key = [variant, ...targets].join(' ');
  const build = builds.get(key) ?? makeStudy(variant, targets);
  builds.set(key, build);
  return build;
}

async function makeStudy(variant: StudyVariant, targets: readonly string[]): Promise<string> {
  const checkout = createHash('sha256').update(SOURCES).digest('hex').slice(0, 12);
  const folder = path.join(cacheFolder(), 'sierra', checkout, variant);
  mkdirSync(folder, { recursive: true });
  await cmake('-S', SOURCES, '-B', folder, '-DT29_TESTS=ON', '-G', 'Unix Makefiles', ...OPTIONS[variant]);
  await cmake('--build', folder, '--target', ...targets, '--parallel', String(os.availableParallelism()));
  return folder;
}

async function cmake(...words: string[]): Promise<void> {
  const outcome = await runCommand('cmake', words, { timeLimitMs: BUILD_LIMIT_MS });
  if (outcome.status === 0) return;
  const said = outcome.stderr.trim() || lastLine(outcome);
  throw new Error(`the study for Sierra Chart cannot be built: ${said}`);
}
