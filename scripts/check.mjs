// Lint and format (Biome), types (tsc), import rules (dependency-cruiser). Prints one line a check.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { onSupportedNode } from '../setup/on-supported-node.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const tool = (file) => path.join(root, 'node_modules', file);
const CHECKS = [
  ['lint and format', [tool('@biomejs/biome/bin/biome'), 'check', '.']],
  ['types', [tool('typescript/bin/tsc'), '-p', '.']],
  ['import rules', [tool('dependency-cruiser/bin/dependency-cruise.mjs'), '--config', '.dependency-cruiser.cjs', '.']],
];

export function check() {
  return CHECKS.map(([name, argv]) => {
    const run = spawnSync(process.execPath, argv, { cwd: root, encoding: 'utf8' });
    const passed = run.status === 0;
    console.error(`${passed ? 'ok    ' : 'FAILED'} ${name}`);
    if (!passed) console.error(`${run.stdout}${run.stderr}`);
    return { name, passed };
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await onSupportedNode();
  process.exit(check().every((one) => one.passed) ? 0 : 1);
}
