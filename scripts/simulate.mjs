// `npm run simulate`: makes the checkout ready, then runs days of the deterministic simulation (docs/simulation.md).
import { onSupportedNode } from '../setup/on-supported-node.mjs';
import { ready } from './ready.mjs';

await onSupportedNode();
try {
  await ready();
} catch (error) {
  console.error(`simulate: ${error.message}`);
  process.exit(2);
}
await import('../dist/simulation/main.js');
