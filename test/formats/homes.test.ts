import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { proofsOf } from '../../backup/proofs.js';
import { readyHeads } from '../../bridge/swap/prepare-release.js';
import { loadRelease } from '../../broker/load-release.js';
import { versionsIn } from '../../cli/migrate/survey.js';
import { releaseLedger } from '../../research/release/build-release.js';
import { compareWithBridge } from '../../research/replay/captured-day.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { loadHomeConfig } from '../../shared/node/config/home-config.js';
import { readLiveReleases } from '../../shared/node/contract/live-releases.js';
import { raisePin, readPin } from '../../shared/node/trust/pin-store.js';
import { productOf } from '../../shared/trust/product.js';
import { ReleaseRefused } from '../../shared/trust/refusal.js';
import { backUp, contents, restore } from '../backup/backup-home.js';
import { temporaryFolder } from '../release/release-fixture.js';
import { unpackHome, YESTERDAYS_HOMES } from './homes.js';

const MAIN = path.resolve('dist/cli/main.js');

for (const { date, isLoaded, depthRows, hasReceiver } of YESTERDAYS_HOMES)
  describe(`the home of ${date}, today`, function () {
    this.timeout(60_000);
    const folder = temporaryFolder();
    let home: string;
    beforeEach(() => {
      home = unpackHome(date, folder());
    });
    const believe = (...words: string[]) => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...words, '--home', home, '--json'], {
        ...{ cwd: folder(), encoding: 'utf8' },
      });
      // Nothing runs on it, and `bridge status` says so by its exit code.
      assert.equal(status, words.join(' ') === 'bridge status' ? 1 : 0, `${words.join(' ')}: ${stderr}`);
      return JSON.parse(stdout) as never;
    };

    it('has files of listed formats alone, none of them newer than today', () => {
      const { newer, unknown, files } = versionsIn(home);
      assert.deepEqual([newer, unknown], [[], []]);
      assert.ok(files > 80, `${files} files`);
    });

    it('is opened by commands, and none of them changes a file that was there', () => {
      const before = contents(home);
      assert.deepEqual(
        (
          believe('release', 'list') as { releases: { modelVersion: number; counter: number; state: string }[] }
        ).releases.map(({ modelVersion, counter, state }) => [modelVersion, counter, state]),
        [[1, 1, 'live']],
      );
      assert.deepEqual((believe('audit') as { gaps: string[] }).gaps, []);
      assert.deepEqual((believe('store', 'fsck') as { damaged?: unknown[] }).damaged ?? [], []);
      assert.match(JSON.stringify(believe('store', 'ls')), depthRows ? /"mbp10"/ : /"bars"/);
      assert.match(JSON.stringify(believe('roll', 'status')), /ESZ5/);
      assert.match(JSON.stringify(believe('bridge', 'status')), /"modelVersion":1/);
      assert.ok((believe('disk', 'show') as { places: unknown[] }).places.length > 3);
      const after = contents(home);
      assert.deepEqual(Object.fromEntries(Object.keys(before).map((name) => [name, after[name]])), before);
    });

    it('is proved by the readers of everything that counts, backed up, restored byte for byte, and proved there', async () => {
      requireProved(home);
      const { file } = await backUp(home, path.join(folder(), 'backups'), { objects: true, rootKeys: true });
      const restored = path.join(folder(), 'restored');
      await restore(file, restored);
      assert.deepEqual(contents(restored), contents(home));
      requireProved(restored);
    });

    const requireProved = (one: string) => {
      const { proved, faults } = proofsOf({ home: one, broker: 'broker', origin: 'log.example.org' });
      assert.deepEqual(faults, []);
      const all = ['pin: counter 1', 'ledger: counter 1', /^audit of releases: \d+ acts, no gap/, /^journals/];
      for (const wanted of [...all, ...(hasReceiver ? [/^logs of received streams: 3/, /^public log: \d/] : [])])
        assert.ok(
          proved.some((line) => (typeof wanted === 'string' ? line === wanted : wanted.test(line))),
          `${wanted}: ${proved.join('\n')}`,
        );
    };

    it('gives the next release the next counter, and its pin goes up alone', () => {
      const { research, broker } = homePlaces(home);
      const ledger = releaseLedger(research.releases);
      const [before] = ledger.list();
      const next = ledger.allocate('ship/new', 1);
      assert.deepEqual([next.modelVersion, next.counter, next.prevRelease], [2, 2, before!.payloadSha256]);
      assert.deepEqual(ledger.allocate('ship/new', 1), next, 'asked again it is the same');
      assert.equal(ledger.allocate('ship/later', 1).counter, 3);
      const pin = readPin(broker.folder);
      assert.deepEqual([pin.counter, pin.payloadSha256], [1, before!.payloadSha256]);
      raisePin(broker.folder, { ...pin, counter: 2, payloadSha256: 'b'.repeat(64) });
      raisePin(broker.folder, pin);
      assert.equal(readPin(broker.folder).counter, 2);
    });

    it(isLoaded ? 'trades on with its release' : 'does not trade on with a release that names no product', async () => {
      const { broker } = homePlaces(home);
      const { highestSeenUtc, payloadSha256 } = readPin(broker.folder);
      const config = loadHomeConfig({ home });
      const load = loadRelease({
        ...{ brokerFolder: broker.folder, tarball: 'believe-v1.tar.gz', envelope: 'believe-v1.dsse.json' },
        nowMs: Date.parse(highestSeenUtc) + 1000,
        expected: { modelVersion: 1, payloadSha256: payloadSha256!, product: productOf(config.instrument) },
      });
      if (!isLoaded)
        return assert.rejects(load, (error) => error instanceof ReleaseRefused && error.reason === 'other-product');
      assert.equal(readLiveReleases(broker.folder).at(-1)?.swap.counter, 1);
      const { headSet, goldenRowsChecked } = await readyHeads((await load).files);
      assert.ok(goldenRowsChecked > 0);
      await headSet.release();
    });

    it('decided then as its capture decides today, bit for bit', async () => {
      const { broker } = homePlaces(home);
      const result = await compareWithBridge(broker.folder, '2014-01-15');
      assert.ok(result.compared > 0, JSON.stringify(result));
      assert.equal(result.different, 0, JSON.stringify(result));
    });
  });
