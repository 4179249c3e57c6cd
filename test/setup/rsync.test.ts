import assert from 'node:assert/strict';
import path from 'node:path';
import { findRsync, obtainRsync, rsyncFix } from '../../setup/rsync.js';
import { fakeProgram, temporaryFolder } from './temporary-folder.js';

describe('rsync', () => {
  const folder = temporaryFolder();
  const withRsync = (said: string) => ({ PATH: fakeProgram(folder(), 'rsync', `echo "${said}"`) });

  it('that is recent enough may talk to another machine', async () => {
    const env = withRsync('rsync  version 3.5.0  protocol version 32');
    assert.deepEqual(await obtainRsync({ reach: 'network', env }), {
      path: path.join(env.PATH, 'rsync'),
      version: '3.5.0',
      meetsMinimum: true,
    });
  });
  it('that is old is used on loopback with a warning and refused for the network', async () => {
    const env = withRsync('rsync  version 3.2.7  protocol version 31');
    const found = await obtainRsync({ reach: 'loopback', env });
    assert.equal(found.meetsMinimum, false);
    assert.match(found.warning ?? '', /older than 3\.5\.0/);
    await assert.rejects(obtainRsync({ reach: 'network', env }), { type: 'RsyncTooOld' });
  });
  it('that is another program of the same name does not count', async () => {
    assert.equal(await findRsync(withRsync('openrsync: protocol version 29')), undefined);
  });
  it('that is missing is reported with how to get it', async () => {
    await assert.rejects(obtainRsync({ reach: 'loopback', env: { PATH: folder() } }), { type: 'RsyncMissing' });
    assert.match(rsyncFix('linux'), /apt-get install rsync/);
    assert.match(rsyncFix('win32'), /MSYS2/);
    assert.match(rsyncFix('darwin'), /brew install rsync/);
  });
});
