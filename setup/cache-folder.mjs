import os from 'node:os';
import path from 'node:path';

/**
 * The one folder for everything that is obtained rather than installed: BELIEVE_CACHE, else the place where the
 * operating system keeps a user's caches. It can be deleted at any time: what is missing is obtained again.
 * @param {NodeJS.ProcessEnv} env
 * @param {NodeJS.Platform} platform
 * @returns {string}
 */
export function cacheFolder(env = process.env, platform = process.platform) {
  if (env.BELIEVE_CACHE) return path.resolve(env.BELIEVE_CACHE);
  if (platform === 'win32') {
    return path.join(env.LOCALAPPDATA ?? path.join(os.homedir(), 'AppData', 'Local'), 'believe', 'cache');
  }
  // The XDG base directory rules: a relative path in XDG_CACHE_HOME is to be ignored.
  const xdg = env.XDG_CACHE_HOME && path.isAbsolute(env.XDG_CACHE_HOME) ? env.XDG_CACHE_HOME : undefined;
  return path.join(xdg ?? path.join(os.homedir(), '.cache'), 'believe');
}
