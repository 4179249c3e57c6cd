// Writes docs/failures.md from the list of failures.
import { writeFileSync } from 'node:fs';
import { onSupportedNode } from '../setup/on-supported-node.mjs';
import { build } from './build.mjs';

await onSupportedNode();
await build();
const { renderFailureDocs } = await import('../dist/shared/failure-docs.js');
writeFileSync(new URL('../docs/failures.md', import.meta.url), renderFailureDocs());
