import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../setup/run-command.js';
import { temporaryFolder } from './temporary-folder.js';

interface FolderResult {
  passed: number;
  failed: number;
  skipped: number;
  failures: string[];
}
interface TestFolder {
  foldersWithTests(tests: string): string[];
  runFolder(folder: string, options: object): Promise<FolderResult>;
}

describe('npm test', () => {
  const folder = temporaryFolder();
  const scripts = new URL('../../../scripts/', import.meta.url);

  /** Runs one test file in a folder of its own, as npm test does. */
  async function run(code: string): Promise<FolderResult & { output: string }> {
    const { foldersWithTests, runFolder } = (await import(new URL('test-folder.mjs', scripts).href)) as TestFolder;
    mkdirSync(path.join(folder(), 'sample'));
    writeFileSync(path.join(folder(), 'sample', 'sample.test.js'), code);
    assert.deepEqual(foldersWithTests(folder()), ['sample']);
    let output = '';
    const write = (text: string) => {
      output += text;
    };
    const result = await runFolder('sample', { tests: folder(), write, exitLimitMs: 1_000 });
    return { ...result, output };
  }

  it('counts what passed, failed and was skipped', async () => {
    const { output, failures, passed, failed, skipped } = await run(`
      it('a', () => {}); it('b', () => {}); it('c', () => { throw new Error('as meant'); }); it.skip('d', () => {});`);
    assert.deepEqual({ passed, failed, skipped }, { passed: 2, failed: 1, skipped: 1 });
    assert.match(output, /as meant/);
    assert.equal(failures.length, 1);
    assert.match(String(failures[0]), /^c\n.*as meant/);
  });
  it('counts a test process that dies as a failure', async () => {
    const { output, failures, passed, failed, skipped } = await run(
      `it('a', () => {}); it('b', () => process.kill(process.pid, 'SIGKILL'));`,
    );
    assert.deepEqual({ passed, failed, skipped }, { passed: 0, failed: 1, skipped: 0 });
    assert.match(output, /ended before its tests did \(SIGKILL\)/);
    assert.deepEqual(failures, ['test/sample: the test process ended before its tests did (SIGKILL)']);
  });
  it('counts a test process that does not end as a failure', async () => {
    const { output, failures, passed, failed, skipped } = await run(`setInterval(() => {}, 1000); it('a', () => {});`);
    assert.deepEqual({ passed, failed, skipped }, { passed: 1, failed: 1, skipped: 0 });
    assert.match(output, /something was left open/);
    assert.match(String(failures[0]), /something was left open/);
  });
  it('ends with the plain line, and with 1 where no test ran', async () => {
    const script = fileURLToPath(new URL('test.mjs', scripts));
    const outcome = await runCommand(process.execPath, [script, 'no-such-folder'], { timeLimitMs: 120_000 });
    assert.equal(outcome.status, 1);
    assert.equal(outcome.stdout.trimEnd().split('\n').at(-1), '0 passed, 0 failed');
    assert.match(outcome.stderr, /no test ran/);
  });
});
