// Writes docs/features.md from the feature schema.
import { writeFileSync } from 'node:fs';
import { onSupportedNode } from '../setup/on-supported-node.mjs';
import { build } from './build.mjs';

await onSupportedNode();
await build();
const { renderFeatureDocs } = await import('../dist/shared/market/features/feature-docs.js');
writeFileSync(new URL('../docs/features.md', import.meta.url), renderFeatureDocs());
