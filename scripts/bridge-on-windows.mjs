// The bridge under Node for Windows, beside a simulated gateway on this machine:
//   node scripts/bridge-on-windows.mjs [--node-exe FILE]
// Connects, captures, rotates, swaps at the open, trades, loses its gateway, obeys the command line, is killed with orders
// in flight, stops by Ctrl-C; then compares journal, account and decisions (replayed here). Exit code 1 where one fails.
// Without --node-exe it obtains the pinned node.exe (setup/node-pins.mjs). Needs wine where this is not Windows.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { nodePin } from '../setup/node-pins.mjs';
import { obtainNode } from '../setup/obtain-node.mjs';
import { onSupportedNode } from '../setup/on-supported-node.mjs';
import { ready } from './ready.mjs';

const START_MS_MAX = 120_000;
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({ options: { 'node-exe': { type: 'string' } } });

await onSupportedNode();
await ready();
const { Rig } = await import('../dist/test/bridge/rig.js');
const { assertAgreement } = await import('../dist/test/bridge/agreement.js');
const { cacheFolder } = await import('../dist/setup/cache-folder.mjs');

const isWindows = process.platform === 'win32';
const cache = path.join(cacheFolder(), 'windows');
const wineEnv = { WINEPREFIX: path.join(cache, 'wine'), WINEDEBUG: '-all', WINEDLLOVERRIDES: 'mscoree,mshtml=' };
const env = isWindows ? process.env : { ...process.env, ...wineEnv };
const nodeExe = values['node-exe'] ?? obtainNode(nodePin(undefined, 'win32-x64'), { progress: console.error });
if (!isWindows) prepareWine();

process.chdir(root);
const rig = await Rig.start({ config: { bridge: { segmentMinutesMax: 0.05 } } });
const logFile = path.join(rig.home, 'bridge.log');
let bridge;
let startedAt = '';
try {
  await step('runs as', () => runNode(['-e', 'console.log(process.platform, process.arch, process.version)']));
  rig.writeHome();
  bridge = startBridge();
  await step('connects, reconciles and captures', () =>
    until('events', (s) => s.connection === 'ready' && s.eventsSeen > 1000),
  );
  rig.toys.arm(await rig.toys.accept(1), rig.clock.nowMs() + 20_000);
  await step('swaps at the open, and trades', () => until('fills', (s) => s.modelVersion === 1 && s.fills > 5));
  await step('rotates segments', () => poll('two closed segments', () => closedSegments().length >= 2));
  rig.gateway.inject({ do: 'reset' });
  await sleep(1000);
  await step('connects again after a reset', () => until('ready', (s) => s.connection === 'ready'));
  await step('halts by command', () => believe('halt'));
  await step('resumes by command', () => believe('resume'));
  await step('is killed with orders in flight', killInFlight);
  bridge = startBridge();
  await step('restores the release and trades on', () =>
    until('fills', (s) => s.modelVersion === 1 && s.fills > 5 && isNew(s)),
  );
  rig.toys.arm(await rig.toys.accept(2), rig.clock.nowMs() + 20_000);
  await step('swaps to the next release', () => until('v2', (s) => s.modelVersion === 2 && s.decisions > 20));
  await step('flattens by command', () => believe('flatten'));
  await step('stops in order on Ctrl-C', stopByCtrlC);
  await step('journal and account agree', () => `${assertAgreement(rig).all().length} orders`);
  await step('decides as a replay on this machine', () =>
    run(process.execPath, ['dist/cli/main.js', 'replay', 'parity', '--home', rig.home, '--json']),
  );
  await rig.end();
} catch (error) {
  console.error(`FAILED ${error.message}\nlog: ${logFile}`);
  process.exitCode = 1;
  bridge?.kill('SIGKILL');
  await rig.gateway.stop();
}

/** Runs one promise of the list and says how it went. */
async function step(name, act) {
  const said = await act();
  console.log(`ok ${name}${typeof said === 'string' ? `: ${said}` : ''}`);
}

function startBridge() {
  const log = openSync(logFile, 'a');
  startedAt = new Date().toISOString();
  const [command, args] = commandOf(['dist/cli/main.js', 'bridge', '--home', asSeen(rig.home)]);
  // Files, not pipes: under wine 8 node cannot open a pipe as its standard output.
  return spawn(command, args, { env, stdio: ['ignore', log, log] });
}

function isNew({ startedAt: begun }) {
  return begun > startedAt;
}

async function believe(word) {
  const [command, args] = commandOf(['dist/cli/main.js', 'bridge', word, '--home', asSeen(rig.home), '--json']);
  const out = path.join(rig.home, `${word}.out`);
  const child = spawn(command, args, { env, stdio: ['ignore', openSync(out, 'w'), openSync(logFile, 'a')] });
  const [code] = await once(child, 'exit');
  const { asked, done } = JSON.parse(readFileSync(out, 'utf8'));
  if (code !== 0 || !done) throw new Error(`${asked} was not done (exit code ${code})`);
}

async function killInFlight() {
  await until('trading again', (s) => s.trading === 'armed');
  const before = rig.gateway.ledger.orders.size;
  await poll('an order on its way', () => rig.gateway.ledger.orders.size > before);
  const exited = once(bridge, 'exit');
  process.kill(bridge.pid, 'SIGKILL');
  await exited;
  if (!rig.captureFiles().some((file) => file.endsWith('.open'))) throw new Error('no segment was open');
}

async function stopByCtrlC() {
  const exited = once(bridge, 'exit');
  // wine turns an interrupt into the console's Ctrl-C; on Windows itself nothing can send one from outside.
  process.kill(bridge.pid, 'SIGINT');
  const [code] = await exited;
  const open = rig.captureFiles().filter((file) => file.endsWith('.open'));
  if (!isWindows && (code !== 0 || rig.status()?.connection !== 'down' || open.length > 0))
    throw new Error(`exit code ${code}, ${rig.status()?.connection}, open: ${open}`);
}

function closedSegments() {
  return rig.captureFiles().filter((file) => file.endsWith('.jsonl'));
}

function until(what, isSo) {
  return rig.until(what, isSo, START_MS_MAX).then(() => undefined);
}

async function poll(what, isSo) {
  const deadline = Date.now() + START_MS_MAX;
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error(`not within ${START_MS_MAX} ms: ${what}`);
    await sleep(20);
  }
}

function commandOf(args) {
  return isWindows ? [nodeExe, args] : ['wine', [nodeExe, ...args]];
}

/** A path as Windows programs see it: wine shows the root as drive Z. */
function asSeen(file) {
  return isWindows ? file : `Z:${file.replaceAll('/', '\\')}`;
}

function runNode(args) {
  const out = path.join(rig.home, 'node.out');
  const [command, all] = commandOf(args);
  const { status } = spawnSync(command, all, { env, stdio: ['ignore', openSync(out, 'w'), 'ignore'] });
  const said = readFileSync(out, 'utf8').trim();
  if (status !== 0 || !said.startsWith('win32'))
    throw new Error(`${command} ${all.join(' ')}: exit code ${status}, ${said}`);
  return said;
}

function run(command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', env });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: exit code ${status}, ${stdout} ${stderr}`);
  return stdout.trim();
}

function prepareWine() {
  if (spawnSync('wine', ['--version']).error) {
    console.error('wine is not installed\n  -> apt-get install wine wine64');
    process.exit(1);
  }
  // Node refuses the Windows 7 that a new prefix says it is.
  if (existsSync(env.WINEPREFIX)) return;
  mkdirSync(cache, { recursive: true });
  run('wine', ['winecfg', '-v', 'win10']);
}
