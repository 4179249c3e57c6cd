// `npm run bench`: makes the checkout ready, then measures against named peers (docs/performance.md).
import { onSupportedNode } from '../setup/on-supported-node.mjs';
import { ready } from './ready.mjs';

await onSupportedNode();
try {
  await ready();
} catch (error) {
  console.error(`bench: ${error.message}`);
  process.exit(2);
}
await import('../dist/bench/main.js');
