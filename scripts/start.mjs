// `npm start`: makes the checkout ready, then runs the `believe` command with the words given.
import { readyOrEnd } from './ready.mjs';

await readyOrEnd('believe', 1);
await import('../dist/cli/main.js');
