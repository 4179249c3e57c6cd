import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../setup/run-command.js';
import { missingSamples } from '../../setup/sample-data.js';
import { temporaryFolder } from './temporary-folder.js';

interface FolderResult {
  passed: number;
  failed: number;
  skipped: number;
  failures: string[];
}
interface TestFolder {
  runFolder(folder: string, options: object): Promise<FolderResult>;
}
interface TestChoice {
  chooseTests(tests: string, words?: string[]): { filesByFolder: Map<string, string[]>; unknown: string[] };
}

describe('npm test', () => {
  const folder = temporaryFolder();
  const scripts = new URL('../../../scripts/', import.meta.url);

  /** Runs one test file in a folder of its own, as npm test does. */
  async function run(code: string): Promise<FolderResult & { output: string }> {
    const { runFolder } = (await import(new URL('test-folder.mjs', scripts).href)) as TestFolder;
    const { chooseTests } = (await import(new URL('test-choice.mjs', scripts).href)) as TestChoice;
    mkdirSync(path.join(folder(), 'sample'));
    writeFileSync(path.join(folder(), 'sample', 'sample.test.js'), code);
    const { filesByFolder } = chooseTests(folder());
    assert.deepEqual([...filesByFolder.keys()], ['sample']);
    let output = '';
    const write = (text: string) => {
      output += text;
    };
    const result = await runFolder('sample', {
      ...{ files: filesByFolder.get('sample'), tests: folder(), write, exitLimitMs: 1_000 },
    });
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
  it('runs just the folders and files that its words name, however they are written', async () => {
    const { chooseTests } = (await import(new URL('test-choice.mjs', scripts).href)) as TestChoice;
    const files = ['bridge/risk', 'bridge/risk-limits', 'bridge/swap', 'gate/statistics/mean', 'gate/judge'];
    for (const file of files) {
      mkdirSync(path.join(folder(), path.dirname(file)), { recursive: true });
      writeFileSync(path.join(folder(), `${file}.test.js`), '');
    }
    writeFileSync(path.join(folder(), 'bridge/rig.js'), '');
    const chosen = (...words: string[]) => {
      const { filesByFolder, unknown } = chooseTests(folder(), words);
      return { files: [...filesByFolder.values()].flat(), unknown };
    };
    assert.deepEqual(chosen(), { files: [...files].sort(), unknown: [] });
    assert.deepEqual(chosen('bridge').files, ['bridge/risk', 'bridge/risk-limits', 'bridge/swap']);
    for (const word of [
      'bridge/risk',
      'test/bridge/risk.test.ts',
      './test/bridge/risk',
      'dist/test/bridge/risk.test.js',
    ])
      assert.deepEqual(chosen(word), { files: ['bridge/risk'], unknown: [] }, word);
    assert.deepEqual(chosen('test\\bridge\\swap.test.ts', 'gate/statistics/').files, [
      'bridge/swap',
      'gate/statistics/mean',
    ]);
    assert.deepEqual(chosen('bridge/rig', 'brid', 'gate/judge'), {
      files: ['gate/judge'],
      unknown: ['bridge/rig', 'brid'],
    });
  });
  it('says in one sentence which sample data is missing, and where it may be', () => {
    assert.equal(missingSamples(), undefined);
    const env = { BELIEVE_SAMPLE_DATA: folder() };
    mkdirSync(path.join(folder(), 'bars'));
    const sentence = missingSamples(env)!;
    assert.match(sentence, /no binance, calendar, databento, .* in .*; put it there, or .* BELIEVE_SAMPLE_DATA$/);
    assert.ok(sentence.includes(folder()));
  });
  it('ends with the plain line, and with 1 where no test ran', async () => {
    const script = fileURLToPath(new URL('test.mjs', scripts));
    const outcome = await runCommand(process.execPath, [script, 'no-such-folder'], { timeLimitMs: 120_000 });
    assert.equal(outcome.status, 1);
    assert.equal(outcome.stdout.trimEnd().split('\n').at(-1), '0 passed, 0 failed');
    assert.match(outcome.stderr, /no test ran/);
  });
});
