import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { freePort } from '../../setup/port-state.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { SMALL_MARKET } from './running-stack.js';
import { TestHome } from './test-home.js';

const REASON = 'the market of Zebulon';

describe('a ship of the whole set-up whose payloads are encrypted', function () {
  this.timeout(300_000);
  let testHome: TestHome;
  before(async () => {
    const encryption = {
      BELIEVE_TEMPORAL_ENCRYPTION_KEYS_FILE: 'payload-keys.json',
      BELIEVE_TEMPORAL_ENCRYPTION_REQUIRED: 'true',
      BELIEVE_TEMPORAL_ENCRYPTION_SERVER_PORT: String(await freePort()),
    };
    testHome = await TestHome.open({ ...SMALL_MARKET, ...encryption }, { gate: { testRowsMin: 20 } });
  });
  after(() => testHome.close());

  it('goes live, is shown to who has the key, and leaves no word of it in the database of the server', async () => {
    assert.match((await testHome.believe('up', '--once')).stderr, /payload-keys.json: there is no such file/);
    assert.equal((await testHome.believe('codec', 'keys', 'init')).code, 0);
    const up = testHome.start('up', '--approve', REASON, '--by', 'test');
    await up.until(/up until Ctrl-C/);
    const status = await testHome.believe('ship', 'status', '--json');
    assert.ok(status.stdout.includes('Live'), status.stderr);
    const { BELIEVE_TEMPORAL_UI_PORT: uiPort, BELIEVE_TEMPORAL_ENCRYPTION_SERVER_PORT: port } = testHome.env;
    const settings = await (await fetch(`http://127.0.0.1:${uiPort}/api/v1/settings`)).text();
    assert.ok(settings.includes(`http://127.0.0.1:${port}`), 'the Web UI knows the codec server');
    const asked = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"payloads":[]}' };
    assert.equal((await fetch(`http://127.0.0.1:${port}/decode`, asked)).status, 200);
    await up.stop();
    const folder = homePlaces(testHome.home).temporal;
    const stored = readdirSync(folder)
      .map((file) => readFileSync(path.join(folder, file), 'latin1'))
      .join('');
    assert.ok(stored.includes('binary/encrypted'));
    for (const word of ['Zebulon', 'gate-report.json', 'merkleRoot', 'payloadSha256'])
      assert.ok(!stored.includes(word), `the database holds: ${word}`);
  });
});
