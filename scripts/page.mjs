// Bundles the public page into dist/dashboard/worker.bundle.mjs, as dashboard/wrangler.json names it.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { onSupportedNode } from '../setup/on-supported-node.mjs';
import { build } from './build.mjs';

await onSupportedNode();
await build();
const dist = path.join(path.dirname(path.dirname(fileURLToPath(import.meta.url))), 'dist');
const { bundleDashboard } = await import(pathToFileURL(path.join(dist, 'deploy/bundle-dashboard.js')).href);
const file = path.join(dist, 'dashboard/worker.bundle.mjs');
writeFileSync(file, await bundleDashboard());
console.error(file);
