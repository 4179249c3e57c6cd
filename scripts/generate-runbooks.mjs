// Writes the index of docs/runbooks.md from the lists of alarms and failures.
import { readFileSync, writeFileSync } from 'node:fs';
import { onSupportedNode } from '../setup/on-supported-node.mjs';
import { build } from './build.mjs';

await onSupportedNode();
await build();
const { withNames } = await import('../dist/cli/docs/runbook-docs.js');

const docs = new URL('../docs/', import.meta.url);
const page = (name) => readFileSync(new URL(name, docs), 'utf8');
const made = withNames(page('runbooks.md'), { bridge: page('bridge.md'), monitoring: page('monitoring.md') });
writeFileSync(new URL('runbooks.md', docs), made);
