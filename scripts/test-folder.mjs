// Runs tests of one folder of test/ in a Mocha process of its own.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
export const TESTS = path.join(root, 'dist/test');
const TIME_LIMIT_MS = 40 * 60_000;
/** After its last test a process has nothing left to do: one that stays has left a server, a timer or a child open. */
const EXIT_LIMIT_MS = 30_000;

/**
 * @param {readonly string[]} options.files of the folder, without the ending: `bridge/risk`
 * @param {number} options.priority as `os.setPriority` takes it, of the process and all that it starts
 * @param {(text: string) => void} options.write gets what Mocha and the tests print
 * @returns {Promise<{passed: number, failed: number, skipped: number, failures: string[],
 *   cpuSeconds: number | null}>}
 */
export async function runFolder(
  folder,
  { files, write, grep, priority = 0, tests = TESTS, exitLimitMs = EXIT_LIMIT_MS },
) {
  const work = mkdtempSync(path.join(os.tmpdir(), 'believe-test-'));
  const resultFile = path.join(work, 'result.json');
  write(`\n--- test/${folder}\n`);
  const mocha = startMocha(
    files.map((file) => path.join(tests, `${file}.test.js`)),
    resultFile,
    grep,
  );
  if (priority > 0) os.setPriority(mocha.pid, priority);
  for (const stream of [mocha.stdout, mocha.stderr]) stream.setEncoding('utf8').on('data', write);
  const end = await endOf(mocha, resultFile, exitLimitMs);
  const result = readResult(resultFile);
  rmSync(work, { recursive: true, force: true });
  if (result === undefined) {
    const failure = `test/${folder}: the test process ended before its tests did (${end})`;
    write(`FAILED ${failure}\n`);
    return { passed: 0, failed: 1, skipped: 0, failures: [failure], cpuSeconds: null };
  }
  if (end === 'stayed') {
    const failure = `test/${folder}: the process stayed after its last test: something was left open`;
    write(`FAILED ${failure}\n`);
    return { ...result, failed: result.failed + 1, failures: [...result.failures, failure] };
  }
  return result;
}

function startMocha(files, resultFile, grep) {
  const args = ['--enable-source-maps', '--no-warnings', path.join(root, 'node_modules/mocha/bin/_mocha')];
  args.push('--reporter', path.join(root, 'scripts/test-reporter.cjs'), '--reporter-option', `result=${resultFile}`);
  if (grep !== undefined) args.push('--grep', grep);
  // Forward slashes: Mocha takes names for globs, in which a backslash is an escape.
  args.push(...files.map((file) => file.split(path.sep).join('/')));
  return spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** How a test process ended; one that does not end in time is killed. */
function endOf(mocha, resultFile, exitLimitMs) {
  return new Promise((resolve) => {
    let killedFor;
    let finishedAtMs;
    const kill = (reason) => {
      killedFor = reason;
      mocha.kill('SIGKILL');
      // Children that were left behind may hold the pipes open.
      mocha.stdout.destroy();
      mocha.stderr.destroy();
    };
    const limit = setTimeout(() => kill('time limit'), TIME_LIMIT_MS);
    const watch = setInterval(() => {
      if (readResult(resultFile) !== undefined) finishedAtMs ??= Date.now();
      if (finishedAtMs !== undefined && Date.now() - finishedAtMs > exitLimitMs) kill('stayed');
    }, 500);
    mocha.on('close', (status, signal) => {
      clearTimeout(limit);
      clearInterval(watch);
      resolve(killedFor ?? signal ?? `status ${status}`);
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
