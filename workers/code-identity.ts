import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Which code this is: the commit of a checkout or of a bundle, or the version of an installed package; and the locked dependencies. */
export function codeIdentity(): { codeCommit: string; lockfileSha256: string } {
  const lockfile = path.join(root, 'package-lock.json');
  const locked = readFileSync(existsSync(lockfile) ? lockfile : path.join(root, 'package.json'));
  return {
    codeCommit: commitOfBundle() ?? commit() ?? packageVersion(),
    lockfileSha256: createHash('sha256').update(locked).digest('hex'),
  };
}

/** Before git is asked: what is unpacked may lie within a checkout of something else. */
function commitOfBundle(): string | null {
  const file = path.join(root, 'code-commit');
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : null;
}

function commit(): string | null {
  const git = (...args: string[]) => spawnSync('git', ['-C', root, ...args], { encoding: 'utf8' });
  const head = git('rev-parse', 'HEAD');
  if (head.status !== 0) return null;
  const isClean = git('status', '--porcelain').stdout.trim() === '';
  return `${head.stdout.trim()}${isClean ? '' : '+changes'}`;
}

function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
  return `version ${version}`;
}
