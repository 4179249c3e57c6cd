import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { sampleFile } from '../../setup/sample-data.js';
import { TestHome } from '../ship/test-home.js';

const HEADER = '{"kind":"header","v":1,"instrument":"ESZ5","tickSize":0.25,"multiplier":50}';

describe('bad input at the start of the set-up', function () {
  this.timeout(120_000);
  let testHome: TestHome;
  before(async () => {
    testHome = await TestHome.open();
  });
  after(() => testHome.close());

  async function refused(code: number, said: RegExp, ...args: string[]): Promise<void> {
    const ended = await testHome.believe(...args);
    assert.equal(ended.code, code, ended.stderr);
    assert.match(ended.stderr, said);
    assert.match(ended.stderr, /^ {2}-> ./m, 'a next step');
    assert.doesNotMatch(ended.stderr, /defect|at async/);
  }

  function fileWith(name: string, text: string): string {
    const file = path.join(testHome.home, name);
    writeFileSync(file, text);
    return file;
  }

  it('names a data file that is missing', async () => {
    await refused(1, /nowhere\.jsonl: there is no such file/, 'up', '--once', '--data', 'nowhere.jsonl');
  });

  it('names a file that is not a depth file, and its line', async () => {
    const file = fileWith('table.jsonl', 'time,price\n1,2\n');
    await refused(1, /table\.jsonl \(line 1\)/, 'up', '--once', '--data', file, '--bars', file);
  });

  it('names a day without a market event', async () => {
    const file = fileWith('empty.jsonl', `${HEADER}\n`);
    await refused(1, /empty\.jsonl: holds no market event/, 'up', '--once', '--data', file, '--bars', file);
  });

  it('names the line of a broken depth file as the reason why the ship failed', async () => {
    const file = fileWith(
      'broken.jsonl',
      `${HEADER}\n{"kind":"depth","ts":"1567098590754568913","op":0,"side":1,"position":0,"price":1.0,"size":1}\n{"kind":"depth","ts"\n`,
    );
    const bars = sampleFile('bars/NQ-5m-20241202-20250929.csv.gz');
    const ended = await testHome.believe('up', '--once', '--json', '--data', file, '--bars', bars);
    assert.equal(ended.code, 1, ended.stderr);
    assert.match(ended.stderr, /broken\.jsonl \(line 3\)/);
  });

  it('names a port that is taken, and the setting that moves it', async () => {
    const port = Number(testHome.env.BELIEVE_GATEWAY_PORT);
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', () => resolve()));
    try {
      await refused(1, new RegExp(`${port} \\(gateway\\.port\\)[^]*BELIEVE_GATEWAY_PORT=`), 'up', '--once');
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('names an unknown head in the settings', async () => {
    const settings = { training: { recipes: { base: { F3_dom: { rounds: 3 } } } } };
    const file = fileWith('settings.json', JSON.stringify(settings));
    await refused(2, /F3_dom/, 'up', '--once', '--config', file);
  });

  it('says that no Temporal server answers', async () => {
    await refused(1, /no Temporal server answers at 127\.0\.0\.1:/, 'ship', 'status');
  });

  it('names a wrong option, with 2', async () => {
    const ended = await testHome.believe('ship', 'approve');
    assert.equal(ended.code, 2);
    assert.match(ended.stderr, /required option '--reason <text>'/);
  });

  it('says that the disk is full', async function () {
    const disk = path.join(testHome.home, 'full');
    mkdirSync(disk);
    // A disk of one megabyte needs the right to mount one; CI has it.
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]).status !== 0) this.skip();
    try {
      const ended = await testHome.believe('up', '--once', '--home', path.join(disk, 'home'));
      assert.equal(ended.code, 1);
      assert.match(ended.stderr, /the disk of .* is full/);
    } finally {
      spawnSync('umount', [disk]);
    }
  });
});
