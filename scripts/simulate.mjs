// `npm run simulate`: makes the checkout ready, then runs days of the deterministic simulation (docs/simulation.md).
import { ready } from './ready.mjs';

try {
  await ready();
} catch (error) {
  console.error(`simulate: ${error.message}`);
  process.exit(2);
}
await import('../dist/simulation/main.js');
