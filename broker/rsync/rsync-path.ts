/** Which rsync a path is written for: Windows builds see drives through their own POSIX layer. */
export type RsyncFlavour = 'posix' | 'cygwin' | 'msys2';

/**
 * A local path as an rsync of this flavour understands it. On Windows `C:\data` would be taken for the host `C`, so a
 * drive becomes /cygdrive/c (cwRsync) or /c (MSYS2).
 */
export function rsyncPath(localPath: string, flavour: RsyncFlavour): string {
  if (flavour === 'posix') return localPath.startsWith('-') ? `./${localPath}` : localPath;
  const slashed = localPath.replace(/^\\\\\?\\/, '').replaceAll('\\', '/');
  const drive = /^([A-Za-z]):(\/.*)?$/.exec(slashed);
  if (drive === null) {
    if (/^[A-Za-z]:/.test(slashed)) throw new RangeError(`${localPath} is relative to the current folder of a drive`);
    return slashed;
  }
  const root = flavour === 'cygwin' ? '/cygdrive/' : '/';
  return `${root}${drive[1]!.toLowerCase()}${drive[2] ?? '/'}`;
}

/** The flavour of an rsync program, by where it is installed. */
export function rsyncFlavour(programPath: string, platform: NodeJS.Platform = process.platform): RsyncFlavour {
  if (platform !== 'win32') return 'posix';
  return /msys|git[\\/]usr/i.test(programPath) ? 'msys2' : 'cygwin';
}
