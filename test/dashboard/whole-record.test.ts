import assert from 'node:assert/strict';
import { verifyPage } from '../../dashboard/check/verify-page.js';
import { freePort } from '../../setup/port-state.js';
import { pause, SMALL_MARKET } from '../ship/running-stack.js';
import { type Running, TestHome } from '../ship/test-home.js';
import { Visitor } from './visitor.js';

/** Quick enough for a test: the page calls a bridge silent after 20 s, and a snapshot old after about a minute and a half. */
const SETTINGS = {
  BELIEVE_PUBLIC_ENABLED: 'true',
  BELIEVE_PUBLIC_EVERY_SECONDS: '5',
  BELIEVE_PUBLIC_CLOSED_EVERY_SECONDS: '5',
  BELIEVE_PUBLIC_BRIDGE_SECONDS: '25',
  BELIEVE_PUBLIC_FILL_DELAY_SECONDS: '10',
  BELIEVE_UPLOAD_ENABLED: 'true',
  BELIEVE_UPLOAD_JOURNAL_EVERY_SECONDS: '3',
  BELIEVE_UPLOAD_HEARTBEAT_SECONDS: '5',
  BELIEVE_CLOCK_SPEED: '10',
  BELIEVE_CLOCK_BEFORE_OPEN_SECONDS: '40',
  BELIEVE_CLOCK_AFTER_OPEN_SECONDS: '100',
  ...SMALL_MARKET,
};

describe('the whole record', function () {
  this.timeout(400_000);
  let home: TestHome;
  let up: Running;
  let url: string;

  before(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    home = await TestHome.open({ ...SETTINGS, BELIEVE_PUBLIC_PAGE_PORT: String(port) }, { gate: { testRowsMin: 20 } });
    up = home.start('up', '--approve', 'small market', '--by', 'test');
    await up.until(/up until Ctrl-C/);
  });
  after(() => home.close());
  afterEach(function () {
    if (this.currentTest?.state === 'failed')
      void up.ended.then(({ stderr }) => process.stderr.write(stderr.slice(-2000)));
  });

  const standing = async () => /id="standing">([^<]+)</.exec(await (await fetch(url)).text())?.[1];
  async function until(wanted: string): Promise<number> {
    const startMs = performance.now();
    for (;;) {
      const said = await standing().catch(() => 'nothing');
      if (said === wanted) break;
      assert.ok(performance.now() - startMs < 180_000, `the page says ${said}, not ${wanted}`);
      await pause(300);
    }
    return (performance.now() - startMs) / 1000;
  }
  const signal = (name: string, what: NodeJS.Signals) => {
    const pid = home.pidOf(name);
    assert.ok(pid !== null, name);
    process.kill(pid, what);
  };
  const verified = async () => {
    const { stateKeys, origin } = JSON.parse((await home.believe('public', 'keys', '--json')).stdout) as {
      stateKeys: string[];
      origin: string;
    };
    return await verifyPage(url, origin, stateKeys, null);
  };

  it('shows the running set-up, signed, with the ship that the operators let go on', async () => {
    await until('Up');
    const text = await (await fetch(url)).text();
    for (const word of ['SYNTHETIC', 'live release', 'v1']) assert.ok(text.includes(word), word);
    if ((await Visitor.path()) !== undefined) await lookAtIt();
    assert.ok((await verified()).entries > 1);
  });

  async function lookAtIt(): Promise<void> {
    const visitor = await Visitor.open(url);
    try {
      assert.match(await visitor.look(), /^Checked by your browser: the snapshot is signed/);
      assert.deepEqual(visitor.elsewhere, []);
    } finally {
      await visitor.close();
    }
  }

  it('says that the bridge is down when it is, and up again', async () => {
    signal('bridge', 'SIGSTOP');
    const seconds = await until('Down');
    process.stderr.write(`      the page says so ${seconds.toFixed(0)} s after the bridge has stopped\n`);
    signal('bridge', 'SIGCONT');
    await until('Up');
  });

  it('is there again, with all that it had, after its process was killed', async () => {
    const before = (await verified()).entries;
    signal('public-page', 'SIGKILL');
    await pause(1000);
    await until('Up');
    assert.ok((await verified()).entries >= before);
  });

  it('says that it is old when nobody publishes any more, and goes on where it was', async () => {
    const before = (await verified()).entries;
    signal('public', 'SIGSTOP');
    const seconds = await until('Stale');
    process.stderr.write(`      the page is stale ${seconds.toFixed(0)} s after the publisher has stopped\n`);
    signal('public', 'SIGKILL');
    await until('Up');
    const after = await verified();
    assert.ok(after.entries >= before);
    assert.equal(after.overdue, 0);
  });
});
