// Writes docs/formats.md from the list of formats.
import { writeFileSync } from 'node:fs';
import { onSupportedNode } from '../setup/on-supported-node.mjs';
import { build } from './build.mjs';

await onSupportedNode();
await build();
const { renderFormatDocs } = await import('../dist/shared/formats/format-docs.js');
writeFileSync(new URL('../docs/formats.md', import.meta.url), renderFormatDocs());
