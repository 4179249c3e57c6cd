import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { readFolds } from '../../activities/research/gate-plan.js';
import { createResearchActivities } from '../../activities/research/index.js';
import { FoldHosts } from '../../bench/folds/fold-hosts.js';
import { Hosts } from '../../bench/shared-store/hosts.js';
import { S3Server } from '../../bench/shared-store/s3-server.js';
import { measuringKeysFolder } from '../../research/evidence/measuring-keys.js';
import { ShipFolder } from '../../research/ship/ship-folder.js';
import { findOnPath } from '../../setup/find-on-path.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { readSigningKeys } from '../../shared/node/trust/key-folder.js';
import { codeIdentity } from '../../workers/code-identity.js';
import { library } from '../training/library.js';
import { call } from './planned-ship.js';

const HEAD = 'XGB_5m';
/** So long does a fold take that whoever is killed soon after it began is in its middle. */
const ROUNDS = 250;

describe('a ship whose folds two research hosts share', function () {
  this.timeout(240_000);
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

  const exchanged = (host: 'one' | 'other') => {
    const objects = path.join(homePlaces(set.home(host)).research.folds, 'objects');
    return existsSync(objects)
      ? readdirSync(objects, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.fold')).length
      : 0;
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
      readdirSync(place).map((name) => [name, readFileSync(path.join(place, name)).toString('base64')]),
    );

  it('ends bit for bit as with one of them, also when one is killed in the middle of a fold', async () => {
    set.worker('one', 'research');
    const other = set.worker('other', 'folds');
    set.startShip('shared');
    // Offer, samples, and score and models of the first fold: the next one has begun.
    while (exchanged('other') < 4) await pause(20);
    await pause(300);
    other.kill('SIGKILL');
    const place = await set.judged('shared');
    const events = set.history('shared');
    const fits = new Map(
      events
        .filter(({ activityTaskScheduledEventAttributes: one }) => one?.activityType.name === 'fitFold')
        .map(({ eventId }) => [eventId, null]),
    );
    const started = events.flatMap(({ activityTaskStartedEventAttributes: one }) =>
      one && fits.has(one.scheduledEventId) ? [one] : [],
    );
    assert.equal(started.length, fits.size);
    assert.ok(fits.size >= 5);
    assert.ok(
      started.some(({ attempt }) => attempt > 1),
      'the fold of the killed host was tried again',
    );
    const workers = new Set(started.map(({ identity }) => identity.split('@')[0]));
    assert.ok(workers.has('research'), [...workers].join());
    assert.ok(scoredByOther(place).length >= 1, 'the other host has scored some of them');

    // The host of the ship does all of it again by itself.
    const shared = {
      folds: contents(path.join(place, 'folds')),
      report: readFileSync(path.join(place, 'gate-report.json')),
    };
    const trials = readFileSync(homePlaces(set.home('one')).research.trials, 'utf8');
    rmSync(path.join(place, 'folds'), { recursive: true });
    const alone = createResearchActivities({
      ...{ config: set.configOf('one', false), library, ...codeIdentity(), isOpen: async () => false },
    });
    const shipId = JSON.parse(shared.report.toString('utf8')).evidence.runId as string;
    const ship = new ShipFolder(homePlaces(set.home('one')).research.folder, shipId);
    const { plans, samples: hashes } = readFolds(ship);
    const file = ship.file('samples', `${HEAD}.samples`);
    const samples = {
      head: HEAD,
      rows: 0,
      tradeDates: 0,
      samples: { uri: file, sha256: hashes[HEAD]!, bytes: readFileSync(file).length },
    };
    const plan = { folds: [], priorVersion: null, problems: [] };
    for (const { folds, files } of plans)
      for (const { fold } of files ? [...folds, files] : folds)
        await call(alone.scoreFold, { shipId, plan, samples, fold });
    await call(alone.judgeGate, { shipId, plan, scores: [] });
    assert.deepEqual(contents(path.join(place, 'folds')), shared.folds);
    assert.deepEqual(readFileSync(path.join(place, 'gate-report.json')), shared.report);
    assert.equal(readFileSync(homePlaces(set.home('one')).research.trials, 'utf8'), trials);
    assert.equal(trials.trimEnd().split('\n').length, 1);
  });
});
