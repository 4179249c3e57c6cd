import assert from 'node:assert/strict';
import { PullFailed } from '../../broker/rsync/rsync-failure.js';
import { rsyncFlavour, rsyncPath } from '../../broker/rsync/rsync-path.js';

describe('a path for rsync', () => {
  it('never looks like a host: drives become folders', () => {
    assert.equal(rsyncPath('C:\\believe\\incoming', 'cygwin'), '/cygdrive/c/believe/incoming');
    assert.equal(rsyncPath('C:\\believe\\incoming', 'msys2'), '/c/believe/incoming');
    assert.equal(rsyncPath('d:/data', 'cygwin'), '/cygdrive/d/data');
    assert.equal(rsyncPath('D:\\', 'msys2'), '/d/');
    assert.equal(rsyncPath('D:', 'msys2'), '/d/');
  });

  it('keeps UNC paths, long paths and relative ones', () => {
    assert.equal(rsyncPath('\\\\server\\share\\a', 'cygwin'), '//server/share/a');
    assert.equal(rsyncPath('\\\\?\\C:\\very\\long', 'msys2'), '/c/very/long');
    assert.equal(rsyncPath('incoming\\a', 'cygwin'), 'incoming/a');
  });

  it('refuses a path relative to the current folder of a drive', () => {
    assert.throws(() => rsyncPath('C:incoming', 'cygwin'), RangeError);
  });

  it('is left alone elsewhere, except that it cannot be an option', () => {
    assert.equal(rsyncPath('/srv/believe:1/a', 'posix'), '/srv/believe:1/a');
    assert.equal(rsyncPath('-e', 'posix'), './-e');
  });

  it('depends on where rsync comes from', () => {
    assert.equal(rsyncFlavour('/usr/bin/rsync', 'linux'), 'posix');
    assert.equal(rsyncFlavour('C:\\msys64\\usr\\bin\\rsync.exe', 'win32'), 'msys2');
    assert.equal(rsyncFlavour('C:\\Program Files\\cwRsync\\bin\\rsync.exe', 'win32'), 'cygwin');
  });
});

describe('a failed pull', () => {
  it('says what each exit code means, what to do, and whether trying again can help', () => {
    const again = [10, 11, 12, 20, 22, 23, 24, 30, 35, null, 99];
    const never = [1, 2, 3, 5];
    for (const code of [...again, ...never]) {
      const failure = new PullFailed(code, 'rsync: said this\nand that');
      assert.equal(failure.retryable, again.includes(code), String(code));
      assert.match(failure.message, /: rsync: said this$/);
      assert.ok(failure.fix);
    }
  });
});
