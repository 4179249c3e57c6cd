import { spawn } from 'node:child_process';
import path from 'node:path';
import { buildStudy, missingTools, STUDY_AND_HOST } from '../../sierra/build-study.js';
import { TalkingProgram } from './talking-program.js';
import { skipped } from './test-title.js';
import { findWine, winePath, winePrefix } from './wine.js';

/** What of a host's options a test sets; see sierra/host/main.cpp. */
export interface HostOptions {
  readonly events: string;
  readonly folder: string;
  readonly instrument?: string;
  readonly symbol?: string;
  readonly levels?: number;
  readonly segmentKib?: number;
  readonly segmentSeconds?: number;
  readonly flushMs?: number;
  readonly pace?: number;
  readonly rounds?: number;
  readonly charts?: number;
  /** The host goes on until this file is there. */
  readonly until?: string;
}

/** Where the study runs: as a library of this machine, or as the DLL under wine. */
export interface Platform {
  readonly name: 'native' | 'wine';
  start(options: HostOptions): PlayingHost;
}

/** A host while it plays. */
export class PlayingHost extends TalkingProgram {
  /** How many rounds it has played. */
  get rounds(): number {
    return this.lines.filter((line) => line.startsWith('round ')).length;
  }

  /** Played to the end, and the chart closed. @returns what the study told the chart's log */
  async end(): Promise<string[]> {
    await this.ended;
    if (this.child.exitCode !== 0) throw new Error(`the host ended with ${this.child.exitCode}: ${this.said}`);
    return this.lines.filter((line) => line.startsWith('log '));
  }
}

/** The platforms with a sentence where this machine lacks one. */
export const PLATFORMS = [
  { name: 'native', find: nativePlatform },
  { name: 'wine', find: winePlatform },
] as const;

async function nativePlatform(): Promise<Platform | string> {
  const missing = await missingTools('native');
  if (missing !== undefined) return missing;
  const folder = await buildStudy('native', STUDY_AND_HOST);
  const library = path.join(folder, 'T29Capture_64.so');
  return { name: 'native', start: (options) => startHost(path.join(folder, 't29-host'), [], library, options) };
}

async function winePlatform(): Promise<Platform | string> {
  const missing = await missingTools('windows');
  const program = await findWine();
  if (missing !== undefined || program === undefined) return missing ?? 'not on this machine: wine';
  const [folder, { env }] = await Promise.all([buildStudy('windows', STUDY_AND_HOST), winePrefix(program)]);
  const host = path.join(folder, 't29-host.exe');
  const library = winePath(path.join(folder, 'T29Capture_64.dll'));
  return {
    name: 'wine',
    start: (options) => {
      const places = { events: winePath(options.events), folder: winePath(options.folder), ...untilOf(options) };
      return startHost(program, [host], library, { ...options, ...places }, env);
    },
  };
}

const untilOf = ({ until }: HostOptions) => (until === undefined ? {} : { until: winePath(until) });

function startHost(
  program: string,
  first: readonly string[],
  library: string,
  options: HostOptions,
  env = process.env,
): PlayingHost {
  const words = Object.entries(options).flatMap(([name, value]) => [
    `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
    String(value),
  ]);
  const argv = [...first, '--library', library, ...words];
  return new PlayingHost(spawn(program, argv, { env, stdio: ['ignore', 'pipe', 'pipe'] }));
}

/** The platform, or the test is skipped and says why. */
export async function platformFor(test: Mocha.Context, find: () => Promise<Platform | string>): Promise<Platform> {
  const platform = await find();
  if (typeof platform !== 'string') return platform;
  return skipped(test, platform);
}
