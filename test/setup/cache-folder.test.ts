import assert from 'node:assert/strict';
import os from 'node:os';
import path from 'node:path';
import { cacheFolder } from '../../setup/cache-folder.mjs';

describe('cache folder', () => {
  const home = path.join(os.homedir(), '.cache', 'believe');
  it('is what BELIEVE_CACHE names, before everything else', () => {
    assert.equal(
      cacheFolder({ BELIEVE_CACHE: '/srv/tools', XDG_CACHE_HOME: '/var/xdg' }, 'linux'),
      path.resolve('/srv/tools'),
    );
  });
  it('follows XDG_CACHE_HOME, but not a relative one', () => {
    assert.equal(cacheFolder({ XDG_CACHE_HOME: '/var/xdg' }, 'linux'), path.join('/var/xdg', 'believe'));
    assert.equal(cacheFolder({ XDG_CACHE_HOME: 'xdg' }, 'linux'), home);
  });
  it('is ~/.cache/believe where nothing is set', () => {
    assert.equal(cacheFolder({}, 'linux'), home);
  });
  it('is under the local application data on Windows', () => {
    const local = path.join('C:', 'Users', 'trader', 'AppData', 'Local');
    assert.equal(cacheFolder({ LOCALAPPDATA: local }, 'win32'), path.join(local, 'believe', 'cache'));
  });
});
