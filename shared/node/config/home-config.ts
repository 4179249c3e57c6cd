import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Config } from '../../config/config.js';
import { homePlaces } from '../../config/home-places.js';
import { replaceFile } from '../disk/replace-file.js';
import { requireReadableHome } from '../formats/survey-home.js';
import { type ConfigSources, loadConfig } from './load-config.js';

/** The settings that a running stack was started with, for every process and command of that home folder. */
function homeConfigFile(home: string): string {
  return homePlaces(home).config;
}

/** Writes the resolved settings once, so that every process of the stack has the same ones. */
export function writeHomeConfig(config: Config): string {
  const file = homeConfigFile(config.home);
  replaceFile(file, `${JSON.stringify({ v: 1, ...config }, null, 2)}\n`);
  return file;
}

/**
 * Settings for a command that talks to a stack: of the file named, else those that the stack of this home folder was
 * started with, else the usual ones. @throws WrongConfig; Failure 'FormatTooNew' for a home that a newer build wrote
 */
export function loadHomeConfig(ask: {
  readonly home?: string | undefined;
  readonly file?: string | undefined;
}): Config {
  const overrides: ConfigSources['overrides'] = ask.home === undefined ? {} : { home: path.resolve(ask.home) };
  const usual = resolveHome(loadConfig({ ...(ask.file === undefined ? {} : { file: ask.file }), overrides }));
  const file = homeConfigFile(usual.home);
  requireReadableHome(usual.home);
  if (ask.file !== undefined || !existsSync(file)) return usual;
  // The environment is in that file already; here it could only contradict it.
  return loadConfig({ file, env: {}, overrides: { ...overrides, home: usual.home }, isOwnRecord: true });
}

/** State must not move when a command is run from another folder. */
function resolveHome(config: Config): Config {
  return { ...config, home: path.resolve(config.home) };
}
