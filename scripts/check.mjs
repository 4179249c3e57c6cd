// Lint and format (Biome), types (tsc), import rules (dependency-cruiser), licences; all at once, one line a check.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { onSupportedNode } from '../setup/on-supported-node.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const tool = (file) => path.join(root, 'node_modules', file);
const CHECKS = [
  ['lint and format', [tool('@biomejs/biome/bin/biome'), 'check', '.']],
  ['types', [tool('typescript/bin/tsc'), '-p', '.']],
  ['types of the browser', [tool('typescript/bin/tsc'), '-p', 'dashboard/browser']],
  ['import rules', [tool('dependency-cruiser/bin/dependency-cruise.mjs'), '--config', '.dependency-cruiser.cjs', '.']],
  ['licences', [path.join(root, 'scripts/licences.mjs')]],
];

/** @returns {Promise<{name: string, passed: boolean}[]>} */
export function check() {
  return Promise.all(CHECKS.map(run));
}

function run([name, argv]) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, argv, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => {
        said += text;
      });
    child.once('close', (status) => {
      const passed = status === 0;
      console.error(`${passed ? 'ok    ' : 'FAILED'} ${name}`);
      if (!passed) console.error(said);
      resolve({ name, passed });
    });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await onSupportedNode();
  const checks = await check();
  process.exit(checks.every((one) => one.passed) ? 0 : 1);
}
