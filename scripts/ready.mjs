// Makes a source checkout ready to run: node_modules as locked, dist/ up to date. Plain JavaScript, no dependencies.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

export async function ready() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 3)) {
    throw new Error(`Node ${process.versions.node} is too old: install Node 20.3 or newer`);
  }
  installModules();
  if (existsSync(path.join(root, 'cli/main.ts'))) await (await import('./build.mjs')).build();
}

/** `npm ci` where the lock file is not the one that node_modules was installed from. */
function installModules() {
  const lock = createHash('sha256')
    .update(readFileSync(path.join(root, 'package-lock.json')))
    .digest('hex');
  const stamp = path.join(root, 'node_modules/.installed-from');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  process.stderr.write('installing node modules (once) ...\n');
  // onnxruntime-node's install script would download a GPU library; the CPU library is in the package.
  const npm = spawnSync('npm', ['ci', '--no-fund', '--no-audit'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
  });
  if (npm.status !== 0) throw new Error('npm ci failed: see above; check the network and the npm registry setting');
  writeFileSync(stamp, lock);
}
