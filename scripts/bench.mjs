// `npm run bench`: makes the checkout ready, then measures against named peers (docs/performance.md).
import { readyOrEnd } from './ready.mjs';

await readyOrEnd('bench', 2);
await import('../dist/bench/main.js');
