// Runs the tests of one folder of test/ in a Mocha process of its own.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const tests = path.join(root, 'dist/test');
const TIME_LIMIT_MS = 40 * 60_000;
/** After its last test a process has nothing left to do: one that stays has left a server, a timer or a child open. */
const EXIT_LIMIT_MS = 30_000;

/** Names of the folders of test/ that hold tests, in order. */
export function foldersWithTests() {
  const files = readdirSync(tests, { recursive: true }).filter((file) => file.endsWith('.test.js'));
  return [...new Set(files.map((file) => file.split(path.sep)[0]))].sort();
}

/** @returns {Promise<{passed: number, failed: number, skipped: number, msByFile: Record<string, number>}>} */
export async function runFolder(folder, grep) {
  const work = mkdtempSync(path.join(os.tmpdir(), 'believe-test-'));
  const resultFile = path.join(work, 'result.json');
  const end = await runMocha(folder, grep, resultFile);
  const result = readResult(resultFile);
  rmSync(work, { recursive: true, force: true });
  if (result === undefined) {
    console.error(`FAILED test/${folder}: the test process ended before its tests did (${end})`);
    return { passed: 0, failed: 1, skipped: 0, msByFile: {} };
  }
  if (end === 'did not end') {
    console.error(`FAILED test/${folder}: the process stayed after its last test: something was left open`);
    return { ...result, failed: result.failed + 1 };
  }
  return result;
}

function runMocha(folder, grep, resultFile) {
  const spec = folder.endsWith('.test.js') ? path.join(tests, folder) : path.join(tests, folder, '**/*.test.js');
  const args = ['--enable-source-maps', '--no-warnings', path.join(root, 'node_modules/mocha/bin/_mocha')];
  args.push('--reporter', path.join(root, 'scripts/test-reporter.cjs'), '--reporter-option', `result=${resultFile}`);
  if (grep !== undefined) args.push('--grep', grep);
  // Forward slashes: in a glob a backslash is an escape.
  args.push(spec.split(path.sep).join('/'));
  console.log(`\n--- test/${folder}`);
  return new Promise((resolve) => {
    const mocha = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
    let end;
    const stop = (reason) => {
      end = reason;
      mocha.kill('SIGKILL');
    };
    const limit = setTimeout(() => stop('time limit'), TIME_LIMIT_MS);
    let finishedAtMs;
    const watch = setInterval(() => {
      if (readResult(resultFile) !== undefined) finishedAtMs ??= Date.now();
      if (finishedAtMs !== undefined && Date.now() - finishedAtMs > EXIT_LIMIT_MS) stop('did not end');
    }, 1_000);
    mocha.on('close', (status, signal) => {
      clearTimeout(limit);
      clearInterval(watch);
      resolve(end ?? signal ?? `status ${status}`);
    });
  });
}

function readResult(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
