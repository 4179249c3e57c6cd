// Writes the table by which the study for Sierra Chart dates events, from the calendars.
import { writeFileSync } from 'node:fs';
import { onSupportedNode } from '../setup/on-supported-node.mjs';
import { build } from './build.mjs';

await onSupportedNode();
await build();
const { renderTradeDateTable } = await import('../dist/sierra/trade-date-table.js');
writeFileSync(new URL('../sierra/core/trade-date-table.h', import.meta.url), renderTradeDateTable());
