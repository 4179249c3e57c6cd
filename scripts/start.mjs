// `npm start`: makes the checkout ready, then runs the `believe` command with the words given.
import { onSupportedNode } from '../setup/on-supported-node.mjs';
import { ready } from './ready.mjs';

await onSupportedNode();
try {
  await ready();
} catch (error) {
  console.error(`believe: ${error.message}`);
  process.exit(1);
}
await import('../dist/cli/main.js');
