// `npm test`: makes the checkout ready, obtains what is missing, then lint, types, import rules, licences and every test.
//   npm test                       everything
//   npm test -- bridge release     only the tests of these folders of test/, without the checks
//   npm test -- bridge/risk test/bridge/swap.test.ts     only these files
//   npm test -- --grep "kill"      only tests whose name matches
//   npm test -- --jobs 1           one after the other, printed as it goes; else as many at once as there are cores, two at most,
//                                  where two that mostly wait count as one
// Each folder (of the long ones each file) runs in a process of its own: a crash or a leak in one cannot change the result of
// another.
// The last line on stdout is `N passed, N failed` (`, N skipped` where there are any).
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { onSupportedNode } from '../setup/on-supported-node.mjs';
import { check } from './check.mjs';
import { ready } from './ready.mjs';
import { chooseTests } from './test-choice.mjs';
import { runFolder, TESTS } from './test-folder.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const SLOWEST_SHOWN = 25;
/** What takes minutes, the longest last: it begins first, so that no lane is left with one at the end. */
const LONGEST = [
  ...['bridge/swap', 'bridge/killed-swap', 'bridge/killed-bridge', 'bridge/closing', 'bridge/fault-matrix'],
  ...['training', 'workflows', 'watch', 'machines', 'sierra', 'study', 'path', 'dashboard'],
  ...['attacks', 'ship/stopped-ship', 'ship/fault-matrix'],
];
/** Folders whose files run apart. */
const BY_FILE = ['bridge', 'ship'];
/** Folders whose tests mostly wait, for a clock, a gateway or a server: they run beside all else. */
const WAITING = ['bridge', 'machines', 'temporal', 'watch', 'workflows'];
const WAITING_AT_ONCE = 2;
/** What computes gives way to what waits: a bridge that gets no processor when its time has come is late. */
const GIVES_WAY = 10;

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { grep: { type: 'string' }, jobs: { type: 'string' } },
  });
  await ready();
  const results = [await obtain()];
  const isWhole = positionals.length === 0 && values.grep === undefined;
  if (isWhole) results.push(...(await check()).map(countedCheck));
  const { filesByFolder, unknown } = chooseTests(TESTS, positionals);
  const jobs = Number(values.jobs ?? Math.min(2, os.availableParallelism()));
  const chunks = chunksOf(filesByFolder, jobs > 1);
  const run = ({ name, files, waits }) =>
    runAndPrint(name, { files, grep: values.grep, isShared: jobs > 1, priority: waits ? 0 : GIVES_WAY });
  const waiting = queueOf(chunks.filter(({ waits }) => waits));
  const working = queueOf(chunks.filter(({ waits }) => !waits));
  const lanes = (queue, count) => Promise.all(Array.from({ length: count }, () => queue.work(run)));
  await Promise.all([lanes(working, jobs - 1), lanes(waiting, WAITING_AT_ONCE).then(() => lanes(working, 1))]);
  const runs = [...waiting.results, ...working.results];
  printSlowest(runs);
  const all = [...results, ...runs];
  printFailures(all);
  for (const word of unknown) console.error(`no test is called ${word}`);
  return { ...total(all), isAsAsked: unknown.length === 0 };
}

/** What runs in one process: a folder, or a file of it; the longest first. */
function chunksOf(filesByFolder, areSplit) {
  const chunks = [...filesByFolder].flatMap(([folder, files]) => {
    if (!areSplit || !BY_FILE.includes(folder)) return [{ name: folder, files, waits: WAITING.includes(folder) }];
    return files.map((file) => ({ name: file, files: [file], waits: WAITING.includes(folder) }));
  });
  return chunks.sort((a, b) => LONGEST.indexOf(b.name) - LONGEST.indexOf(a.name));
}

const countedCheck = ({ name, passed }) =>
  passed ? { passed: 1, failed: 0, failures: [] } : { passed: 0, failed: 1, failures: [name] };

/** What the tests need and cannot make themselves; each thing that cannot be obtained counts as one failed test. */
async function obtain() {
  const { obtainAll } = await import(pathToFileURL(path.join(root, 'dist/setup/prerequisites.js')).href);
  const failures = await obtainAll({ progress: (message) => console.error(message) });
  for (const failure of failures)
    console.error(`FAILED ${failure.message}${failure.fix ? `\n  -> ${failure.fix}` : ''}`);
  const missing = await missingSamples();
  if (missing !== undefined) console.error(`FAILED ${missing}`);
  const said = [...failures.map((failure) => failure.message), ...(missing === undefined ? [] : [missing])];
  return { passed: 0, failed: said.length, failures: said };
}

async function missingSamples() {
  const samples = await import(pathToFileURL(path.join(root, 'dist/setup/sample-data.js')).href);
  return samples.missingSamples();
}

/** Chunks of which each lane takes the next one, and their results. */
function queueOf(chunks) {
  const next = chunks.values();
  const results = [];
  const work = async (run) => {
    for (const chunk of next) results.push(await run(chunk));
  };
  return { results, work };
}

/** What runs alone prints as it goes; several at once print one after the other, each when it is done. */
async function runAndPrint(name, { files, grep, isShared, priority }) {
  const parts = [];
  const write = isShared ? (text) => parts.push(text) : (text) => process.stdout.write(text);
  if (isShared) console.error(`begins: test/${name}`);
  const sinceMs = performance.now();
  const result = await runFolder(name, { files, grep, write, priority: isShared ? priority : 0 });
  process.stdout.write(parts.join(''));
  return { ...result, name, seconds: (performance.now() - sinceMs) / 1000 };
}

function printSlowest(runs) {
  const rows = runs.map(({ name, seconds, cpuSeconds }) => [seconds, cpuSeconds ?? Number.NaN, name]);
  rows.sort(([a], [b]) => b - a);
  if (rows.length > 0) console.error('\nslowest processes of tests (seconds, of them of a processor):');
  for (const [seconds, cpu, name] of rows.slice(0, SLOWEST_SHOWN))
    console.error(`${seconds.toFixed(0).padStart(6)} ${cpu.toFixed(0).padStart(6)}  test/${name}`);
}

/** Once more at the end: of a long log often only its end is kept. */
function printFailures(results) {
  const failures = results.flatMap((result) => result.failures);
  if (failures.length > 0) console.error(`\nfailed:\n${failures.map((failure) => `- ${failure}`).join('\n')}`);
}

function total(results) {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const result of results) for (const key of Object.keys(sum)) sum[key] += result[key] ?? 0;
  return sum;
}

await onSupportedNode();
let sum;
try {
  sum = await main();
  if (sum.passed + sum.failed === 0) console.error('no test ran: is the name of the folder or the pattern right?');
} catch (error) {
  console.error(`npm test: ${error.message}`);
  sum = { passed: 0, failed: 1, skipped: 0 };
}
process.exitCode = sum.failed === 0 && sum.passed > 0 && sum.isAsAsked ? 0 : 1;
console.log(`${sum.passed} passed, ${sum.failed} failed${sum.skipped > 0 ? `, ${sum.skipped} skipped` : ''}`);
