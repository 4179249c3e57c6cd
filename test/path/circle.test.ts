import assert from 'node:assert/strict';
import { recentDays } from '../../cli/capture/recent-days.js';
import { unlistedFiles } from '../formats/unlisted-files.js';
import { CircleHome } from './circle-home.js';

describe('the way back in the whole set-up', function () {
  this.timeout(400_000);
  let circle: CircleHome;

  before(async () => {
    circle = await CircleHome.open();
  });
  after(() => circle?.close());

  it('brings each played session into the store by itself, as it was captured, and says so', async () => {
    await circle.untilDays(3);
    for (const day of circle.days.all()) circle.assertSameAsCaptured(day);
    circle.assertNoneIsMissing();
    await circle.up.until(/ESZ5 \d{4}-\d\d-\d\d: \d+ events in \d+ batch(es)? are in the store/);
    assert.ok(
      circle.days.all().every(({ synthetic }) => synthetic),
      'what the simulator plays is SYNTHETIC in the store too',
    );
  });

  it('has sent the journals of days that are over, to the last line', async () => {
    circle.assertJournalsCame(circle.capturedDates().slice(0, 2));
    const rows = (await recentDays(circle.client, 100)).filter(({ workflowId }) => workflowId.startsWith('journal/'));
    assert.ok(
      rows.some(({ state }) => state === 'Done'),
      JSON.stringify(rows),
    );
  });

  it('has shown of each day that is over that live was replay, bit for bit', async () => {
    const reports = await circle.untilMonitored(2);
    for (const { tradeDate, parity } of reports) {
      assert.deepEqual([parity.different, parity.onlyLive], [0, 0], `${tradeDate}: ${JSON.stringify(parity.first)}`);
      assert.equal(parity.compared, parity.logged);
    }
    assert.ok(
      reports.some(({ parity }) => parity.compared > 0),
      'a model traded on one of them',
    );
  });

  it('changes nothing when a day is brought home again', async () => {
    const [day] = circle.days.all();
    const { code, stdout, stderr } = await circle.testHome.believe(
      'capture',
      'run',
      '--date',
      day!.tradeDate,
      '--json',
    );
    assert.equal(code, 0, stderr);
    assert.equal((JSON.parse(stdout) as { events: number }).events, day!.events);
    assert.deepEqual(circle.days.find(day!.stream, day!.tradeDate)!.imports, day!.imports);
  });

  it('lets an operator see and try the road, and decide what was set aside', async () => {
    const tried = await circle.testHome.believe('path', 'test', '--json');
    assert.equal(tried.code, 0, tried.stdout + tried.stderr);
    const listed = async () => {
      const { stdout } = await circle.testHome.believe('path', 'quarantine', 'ls', '--json');
      return (JSON.parse(stdout) as { setAside: { id: string; reason: string; names: string[] }[] }).setAside;
    };
    const endMs = Date.now() + 60_000;
    while ((await listed()).length === 0) assert.ok(Date.now() < endMs, 'the file that was tried is never set aside');
    const [aside] = await listed();
    assert.deepEqual([aside!.reason, aside!.names], ['unknown-file', ['believe-path-test.zst']]);
    const shown = await circle.testHome.believe('path', 'quarantine', 'show', aside!.id);
    assert.match(shown.stdout, /it is no file of a batch/);
    assert.equal(
      (await circle.testHome.believe('path', 'quarantine', 'drop', aside!.id, '--reason', 'a trial')).code,
      0,
    );
    assert.deepEqual(await listed(), []);
    const unknown = await circle.testHome.believe('path', 'quarantine', 'show', 'no-such-id');
    assert.deepEqual([unknown.code, /nothing is set aside as no-such-id/.test(unknown.stderr)], [1, true]);
    const { stdout } = await circle.testHome.believe('path', 'status', '--json');
    const { broker, receiver } = JSON.parse(stdout) as {
      broker: { streams: object[] };
      receiver: { batchesTaken: number };
    };
    assert.ok(broker.streams.length >= 4 && receiver.batchesTaken > 0, stdout);
  });

  it('has written files of listed formats alone, each of the version that its format has today', () => {
    assert.deepEqual(unlistedFiles(circle.testHome.home), []);
  });
});
