import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { PidFile } from '../../stack/pid-file.js';

describe('the pid file of a supervised process', () => {
  let home: string;
  let child: ChildProcess;
  beforeEach(async () => {
    home = mkdtempSync(path.join(os.tmpdir(), 'believe-pid-'));
    // A process that names the home folder on its command line, as an editor or a pager would.
    child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000); process.stdout.write("up")', home]);
    await once(child.stdout!, 'data');
  });
  afterEach(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    rmSync(home, { recursive: true, force: true });
  });

  it('lets the next supervisor find and end the process that an earlier one left behind', async () => {
    new PidFile(home, 'bridge').write(child.pid!);
    const next = new PidFile(home, 'bridge');
    assert.equal(next.running(), child.pid);
    const gone = once(child, 'exit');
    await next.endOrphan();
    assert.deepEqual(await gone, [null, 'SIGTERM']);
    assert.equal(next.running(), null);
  });

  it('ends nobody who merely has been given the id of a process that is gone', async () => {
    mkdirSync(path.join(home, 'run'));
    for (const text of [`${child.pid}\n`, `${child.pid}\nstarted at another time\n`, '', 'x']) {
      writeFileSync(path.join(home, 'run', 'bridge.pid'), text);
      const file = new PidFile(home, 'bridge');
      assert.equal(file.running(), null);
      await file.endOrphan();
    }
    assert.equal(child.exitCode ?? child.signalCode, null, 'it lives');
  });
});
