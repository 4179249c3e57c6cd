// Writes the table of docs/alarms.md from the list of watchdogs.
import { readFileSync, writeFileSync } from 'node:fs';
import { onSupportedNode } from '../setup/on-supported-node.mjs';
import { build } from './build.mjs';

await onSupportedNode();
await build();
const { watchdogTable } = await import('../dist/watch/watchdog-docs.js');

const file = new URL('../docs/alarms.md', import.meta.url);
const text = readFileSync(file, 'utf8');
const made = text.replace(
  /<!-- watchdogs -->[\s\S]*<!-- \/watchdogs -->/,
  () => `<!-- watchdogs -->\n${watchdogTable()}\n<!-- /watchdogs -->`,
);
writeFileSync(file, made);
