// Makes a source checkout ready to run: node_modules as locked, dist/ up to date. Plain JavaScript, no dependencies.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { onSupportedNode } from '../setup/on-supported-node.mjs';
import { withLock } from './lock.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/**
 * For a program of this checkout, before it is loaded. Where the checkout cannot be made ready, the process ends.
 * @param {string} who says so @param {number} exitCode
 */
export async function readyOrEnd(who, exitCode) {
  await onSupportedNode();
  try {
    await ready();
  } catch (error) {
    console.error(`${who}: ${error.message}`);
    process.exit(exitCode);
  }
}

/** @param checkout folder of the checkout; another than this one only in tests */
export async function ready(checkout = root) {
  await installModules(checkout);
  if (existsSync(path.join(checkout, 'cli/main.ts'))) await (await import('./build.mjs')).build();
}

/** `npm ci` where node_modules was not completely installed from this very lock file. */
async function installModules(checkout) {
  const lockFile = path.join(checkout, 'package-lock.json');
  const wanted = createHash('sha256').update(readFileSync(lockFile)).digest('hex');
  const stamp = path.join(checkout, 'node_modules/.installed-from');
  const isInstalled = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;
  if (isInstalled()) return;
  const work = async () => {
    if (isInstalled()) return;
    process.stderr.write('installing node modules (once) ...\n');
    // Gone first and written last: an interrupted installation is done again.
    rmSync(stamp, { force: true });
    await npmCi(checkout);
    mkdirSync(path.dirname(stamp), { recursive: true });
    writeFileSync(stamp, wanted);
  };
  await withLock(path.join(checkout, '.installing.lock'), work, () => {
    process.stderr.write('another process installs the node modules: waiting for it ...\n');
  });
}

/**
 * Development packages are asked for by name: NODE_ENV=production would leave out what dist/ is built with. Errors only: npm
 * runs under this machine's own Node, and warns where that is older than the one that this code runs on.
 */
async function npmCi(checkout) {
  const status = await new Promise((resolve) => {
    // One string through the shell: on Windows npm is a script, which only a shell can start.
    const npm = spawn('npm ci --include=dev --no-fund --no-audit --loglevel=error', {
      cwd: checkout,
      stdio: ['ignore', 2, 2],
      shell: true,
    });
    npm.on('error', () => resolve(null));
    npm.on('close', resolve);
  });
  if (status !== 0) throw new Error('npm ci failed: see above; check the network and the npm registry setting');
}
