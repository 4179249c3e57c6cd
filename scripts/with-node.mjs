// Runs a program under a pinned Node, whatever this machine has: node scripts/with-node.mjs oldest scripts/test.mjs ...
// `oldest` is the oldest supported; the versions are in setup/node-pins.mjs.
import { spawnSync } from 'node:child_process';
import { nodePin, OLDEST_NODE_VERSION } from '../setup/node-pins.mjs';
import { obtainNode } from '../setup/obtain-node.mjs';

const [named, ...words] = process.argv.slice(2);
const version = named === 'oldest' ? OLDEST_NODE_VERSION : named;
try {
  const node = obtainNode(nodePin(version), { progress: (message) => console.error(message) });
  process.exitCode = spawnSync(node, words, { stdio: 'inherit' }).status ?? 1;
} catch (error) {
  console.error(`${error.message}${error.fix ? `\n  -> ${error.fix}` : ''}`);
  process.exitCode = 1;
}
