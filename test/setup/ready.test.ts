import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CommandOutcome, runCommand } from '../../setup/run-command.js';
import { fakeProgram, temporaryFolder } from './temporary-folder.js';

const READY = new URL('../../../scripts/ready.mjs', import.meta.url).href;

describe('readying a checkout', () => {
  const folder = temporaryFolder();
  const installs = () => readFileSync(path.join(folder(), 'installs.log'), 'utf8').trim().split('\n').length;
  const args = () => {
    const code = `const { ready } = await import(${JSON.stringify(READY)}); await ready(${JSON.stringify(folder())});`;
    return ['--input-type=module', '--eval', code];
  };
  const environment = (seconds: number) => {
    const bin = fakeProgram(folder(), 'npm', `echo "$@" >> installs.log; exec sleep ${seconds}`);
    return { ...process.env, PATH: `${bin}${path.delimiter}${process.env.PATH}` };
  };
  const ready = (seconds: number): Promise<CommandOutcome> =>
    runCommand(process.execPath, args(), { env: environment(seconds), timeLimitMs: 60_000 });

  beforeEach(() => writeFileSync(path.join(folder(), 'package-lock.json'), '{}'));

  it('installs the node modules once, however often it runs', async () => {
    for (let run = 0; run < 3; run++) assert.equal((await ready(0)).status, 0);
    assert.equal(installs(), 1);
  });
  it('installs them again when the lock file has changed', async () => {
    await ready(0);
    writeFileSync(path.join(folder(), 'package-lock.json'), '{"changed":true}');
    await ready(0);
    assert.equal(installs(), 2);
  });
  it('installs them once when two processes start at once, and the second waits', async () => {
    const outcomes = await Promise.all([ready(1), ready(1)]);
    assert.deepEqual(
      outcomes.map((outcome) => outcome.status),
      [0, 0],
    );
    assert.equal(installs(), 1);
    assert.equal(outcomes.filter((outcome) => /waiting for it/.test(outcome.stderr)).length, 1);
  });
  it('does an installation again that was killed in the middle', async () => {
    const first = spawn(process.execPath, args(), { env: environment(60), detached: true, stdio: 'ignore' });
    const ended = new Promise((resolve) => first.once('exit', resolve));
    while (!existsSync(path.join(folder(), 'installs.log'))) await sleep(20);
    // The whole group: the program that plays npm belongs to it.
    process.kill(-first.pid!, 'SIGKILL');
    await ended;
    assert.equal((await ready(0)).status, 0);
    assert.equal(installs(), 2);
    assert.equal(existsSync(path.join(folder(), '.installing.lock')), false);
  });
});
