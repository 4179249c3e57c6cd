// `npm run simulate`: makes the checkout ready, then runs days of the deterministic simulation (docs/simulation.md).
import { readyOrEnd } from './ready.mjs';

await readyOrEnd('simulate', 2);
await import('../dist/simulation/main.js');
