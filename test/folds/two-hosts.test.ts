import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { FoldHosts } from '../../bench/folds/fold-hosts.js';
import { Hosts } from '../../bench/shared-store/hosts.js';
import { S3Server } from '../../bench/shared-store/s3-server.js';
import { measuringKeysFolder } from '../../research/evidence/measuring-keys.js';
import { findOnPath } from '../../setup/find-on-path.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { readSigningKeys } from '../../shared/node/trust/key-folder.js';
import { library as pinned } from '../training/library.js';

/** So long does a fold take that whoever is killed soon after it began is in its middle. */
const ROUNDS = 100;

describe('a ship whose folds two research hosts share', function () {
  this.timeout(120_000);
  let folder = '';
  let set: FoldHosts;
  beforeEach(async function () {
    if ((await Hosts.whyNot()) !== null || (await findOnPath('taskset')) === undefined) this.skip();
    folder = mkdtempSync(path.join(tmpdir(), 'believe-folds-'));
    if (typeof (await S3Server.inFolder(path.join(folder, 's3'))) === 'string') this.skip();
    set = await FoldHosts.make(folder, ROUNDS);
  });
  afterEach(async () => {
    await set?.end();
    rmSync(folder, { recursive: true, force: true });
  });

  const copiesOfOther = (): number => {
    const objects = path.join(homePlaces(set.home('other')).research.folds, 'objects');
    if (!existsSync(objects)) return 0;
    return readdirSync(objects, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.fold')).length;
  };
  /** A worker that polls, and what it says. */
  const polling = async (...how: Parameters<FoldHosts['worker']>) => {
    const child = set.worker(...how);
    const said = { text: '' };
    for (const stream of [child.stdout!, child.stderr!])
      stream.on('data', (chunk: Buffer) => {
        said.text += chunk.toString();
      });
    while (!said.text.includes('RUNNING')) {
      assert.equal(child.exitCode, null, said.text);
      await pause(20);
    }
    return { child, said };
  };
  const scoredByOther = (ship: string) => {
    const [key] = readSigningKeys(measuringKeysFolder(set.home('other')), 'measuring');
    return readdirSync(path.join(ship, 'evidence'))
      .filter((name) => name.startsWith('fold-'))
      .filter(
        (name) =>
          JSON.parse(readFileSync(path.join(ship, 'evidence', name), 'utf8')).signatures[0].keyid === key!.keyid,
      );
  };
  const contents = (place: string) =>
    Object.fromEntries(
      readdirSync(place, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => path.join(parentPath, name))
        .map((file) => [path.relative(place, file), readFileSync(file).toString('base64')]),
    );

  /** Of each fold, how often it was begun. */
  const attempts = (ship: string) => {
    const events = set.history(ship);
    const fits = events.filter(({ activityTaskScheduledEventAttributes: one }) => one?.activityType.name === 'fitFold');
    return events.flatMap(({ activityTaskStartedEventAttributes: one }) =>
      one && fits.some(({ eventId }) => eventId === one.scheduledEventId) ? [one.attempt] : [],
    );
  };
  const trials = () => readFileSync(homePlaces(set.home('one')).research.trials, 'utf8');
  /** All that a ship is judged by and released from, but for its own name. */
  const made = (ship: string) => {
    const report = JSON.parse(readFileSync(path.join(ship, 'gate-report.json'), 'utf8'));
    delete report.evidence.runId;
    return { folds: contents(path.join(ship, 'folds')), candidate: contents(path.join(ship, 'candidate')), report };
  };

  it('ends bit for bit as with one of them, when one is killed in the middle of a fold, and when one has other code', async () => {
    set.worker('one', 'research');
    const library = path.join(folder, 'libxgboost.so');
    // Of the wheel, with what the library needs.
    const besides = path.resolve(path.dirname(pinned.path), '..', '..', 'xgboost_cpu.libs');
    writeFileSync(library, Buffer.concat([readFileSync(pinned.path), Buffer.from('more')]));
    const odd = await polling('other', 'folds', { env: { BELIEVE_LIBXGBOOST: library, LD_LIBRARY_PATH: besides } });
    const killed = await polling('other', 'folds');
    const ended = once(odd.child, 'exit');
    set.startShip('broken');
    // Offer and samples: it fits its first fold.
    while (copiesOfOther() < 2) await pause(5);
    killed.child.kill('SIGKILL');
    const [code] = (await ended) as [number | null];
    assert.equal(code, 1);
    assert.match(odd.said.text, /OtherCode: .* by other code than the host that plans them: librarySha256 /);
    const alone = await set.judged('broken');
    assert.deepEqual(scoredByOther(alone), []);
    assert.deepEqual(
      attempts('broken').filter((attempt) => attempt > 1).length,
      2,
      'the folds of both were scored elsewhere',
    );
    assert.equal(trials().trimEnd().split('\n').length, 1);

    const expected = made(alone);
    rmSync(homePlaces(set.home('one')).research.trials);
    await polling('other', 'folds');
    set.startShip('shared');
    const shared = await set.judged('shared');
    const byOther = scoredByOther(shared).length;
    assert.ok(byOther >= 1 && byOther < attempts('shared').length, `${byOther} folds by the other host`);
    assert.deepEqual(made(shared), expected);
    assert.equal(trials().trimEnd().split('\n').length, 1);
  });
});
