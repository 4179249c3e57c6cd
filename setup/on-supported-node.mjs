// Whatever Node starts a program of ours: under one that is not supported, a pinned one is obtained, and the same program
// runs again under it. Imported by what is started directly; what those start is started with process.execPath.
import { spawn } from 'node:child_process';
import { isSupported, NODE_VERSION, nodePin, SUPPORTED_RANGE } from './node-pins.mjs';
import { obtainNode } from './obtain-node.mjs';

/** Set for the program that runs again, so that it knows the process that waits for it. */
const UNDER = 'BELIEVE_UNDER_NODE';
const isWindows = process.platform === 'win32';
/** @type {NodeJS.Signals[]} */
const ASKS_TO_END = isWindows ? ['SIGINT', 'SIGBREAK', 'SIGHUP'] : ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];

/**
 * Returns where this Node is supported. Elsewhere it does not: the process ends as the program ended that ran again, or with 1
 * and a sentence where no Node could be obtained.
 */
export async function onSupportedNode() {
  const under = process.env[UNDER];
  delete process.env[UNDER];
  if (isSupported(process.versions.node)) {
    if (under !== undefined) endWithParent();
    return;
  }
  try {
    if (under !== undefined) throw new Error(`Node ${NODE_VERSION} says that it is ${process.versions.node}`);
    const node = obtainNode(nodePin(), { progress: (message) => process.stderr.write(`${message}\n`) });
    await runAgain(node);
  } catch (error) {
    const { message, fix } = /** @type {Error & {fix?: string}} */ (error);
    process.stderr.write(`Node ${process.versions.node} is not supported (${SUPPORTED_RANGE}), and ${message}\n`);
    if (fix) process.stderr.write(`  -> ${fix}\n`);
    process.exit(1);
  }
}

/**
 * Never returns. Standard streams are the same; signals are passed on; how the program ended is how this process ends.
 * @param {string} node
 */
function runAgain(node) {
  // Before the program runs: it may be up, and its user ask it to end, before this process gets a processor again.
  for (const signal of ASKS_TO_END) {
    // Windows itself tells every process of a console; sending a signal there would end the program at once.
    process.on(signal, () => isWindows || child.kill(signal));
  }
  const child = spawn(node, [...process.execArgv, ...process.argv.slice(1)], {
    // A channel besides the three, on which nothing is said: it closes when this process is killed.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, [UNDER]: process.versions.node },
  });
  return new Promise((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (signal === null) process.exit(code ?? 1);
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    });
  });
}

/** The process that waits may be killed without being asked: nothing of ours outlives who started it. */
function endWithParent() {
  process.once('disconnect', () => {
    if (!isWindows) process.kill(process.pid, 'SIGTERM');
    else if (!process.emit('SIGINT', 'SIGINT')) process.exit(1);
  });
  process.channel?.unref();
}
