import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { limitLog } from '../../stack/limit-log.js';
import { temporaryFolder } from '../release/release-fixture.js';

describe('the log of a process', () => {
  const folder = temporaryFolder();

  it('is set aside while the process writes on in the same file', async () => {
    const file = path.join(folder(), 'a.log');
    const log = openSync(file, 'a');
    const program = "process.stdin.on('data', (name) => console.log('said ' + name));";
    const child = spawn(process.execPath, ['-e', program], { stdio: ['pipe', log, log] });
    closeSync(log);
    const say = async (word: string) => {
      child.stdin!.write(word);
      while (!readFileSync(file, 'utf8').includes(word)) await new Promise((resolve) => setTimeout(resolve, 10));
    };
    try {
      await say('first');
      limitLog(file, 1_000_000);
      assert.ok(!existsSync(`${file}.1`), 'it is short');
      limitLog(file, 5);
      assert.match(readFileSync(`${file}.1`, 'utf8'), /^said first\n$/);
      assert.equal(statSync(file).size, 0);
      await say('second');
      assert.equal(readFileSync(file, 'utf8'), 'said second\n', 'from its beginning, without a hole');
      limitLog(file, 5);
      assert.equal(readFileSync(`${file}.1`, 'utf8'), 'said second\n', 'in place of the one before');
    } finally {
      child.stdin!.end();
    }
  });

  it('stays as it is where it cannot be set aside, and is none where there is none', () => {
    const file = path.join(folder(), 'a.log');
    limitLog(file, 5);
    assert.ok(!existsSync(file));
    writeFileSync(file, 'long enough');
    mkdirSync(`${file}.1`);
    limitLog(file, 5);
    assert.equal(readFileSync(file, 'utf8'), 'long enough');
    assert.ok(!existsSync(`${file}.1.tmp`));
  });
});
