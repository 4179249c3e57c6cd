import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';

const MODULE = new URL('../../shared/node/process/stop-request.js', import.meta.url).href;

describe('a request to stop', () => {
  if (process.platform === 'win32') return;
  /** A process that takes `closingMs` to stop in order. */
  async function start(closingMs: number) {
    const code = `
      import { untilAskedToStop } from ${JSON.stringify(MODULE)};
      const alive = setInterval(() => {}, 1000);
      const asked = untilAskedToStop({ supervised: false });
      console.log('up');
      await asked;
      console.log('closing');
      setTimeout(() => clearInterval(alive), ${closingMs});`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const words = child.stdout.setEncoding('utf8')[Symbol.asyncIterator]();
    assert.match(String((await words.next()).value), /up/);
    return { child, ended: once(child, 'exit'), closing: () => words.next() };
  }

  it('that comes twice, from the terminal and from who passes it on, is one', async () => {
    const { child, ended, closing } = await start(300);
    child.kill('SIGINT');
    await closing();
    child.kill('SIGINT');
    child.kill('SIGTERM');
    assert.deepEqual(await ended, [0, null]);
  });
  it('that is made again later ends the process at once', async () => {
    const { child, ended, closing } = await start(60_000);
    child.kill('SIGINT');
    await closing();
    setTimeout(() => child.kill('SIGINT'), 1_500);
    assert.deepEqual(await ended, [null, 'SIGINT']);
  });
});
