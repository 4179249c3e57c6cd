import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pruneShips } from '../../research/ship/prune-ships.js';
import { configSchema } from '../../shared/config/config.js';
import { shipWorkDays } from '../../shared/config/kept-places.js';
import { temporaryFolder } from '../release/release-fixture.js';

const NOW_MS = Date.parse('2026-06-01T00:00:00Z');
const FILES = [
  'plan.json',
  'samples/F2_dom.samples',
  'folds/F2_dom-0-against-none.bin',
  'days/2026-01-02.json',
  'evidence/a.json',
  'candidate/heads/F2_dom.onnx',
  'gate-report.json',
];
const STAY = FILES.filter((name) => !/^(samples|folds|days)\//.test(name));

describe('the work of ships', () => {
  const folder = temporaryFolder();

  /** A ship whose last file is so many days old. */
  function shipOf(name: string, quietDays: number): string {
    const ship = path.join(folder(), name);
    for (const [index, file] of FILES.entries()) {
      mkdirSync(path.dirname(path.join(ship, file)), { recursive: true });
      writeFileSync(path.join(ship, file), 'x'.repeat(1000));
      const at = new Date(NOW_MS - (quietDays + (FILES.length - 1 - index)) * 86_400_000);
      utimesSync(path.join(ship, file), at, at);
    }
    return ship;
  }
  const prune = (dryRun = false) => pruneShips(folder(), { workDays: 90, nowMs: NOW_MS, dryRun });
  const filesOf = (ship: string) => FILES.filter((name) => existsSync(path.join(ship, name)));

  it('goes after its days, and what tells who let what go stays', () => {
    const [old, young] = [shipOf('ship+old~0a1b2c3d', 91), shipOf('ship+young~0a1b2c3d', 90)];
    assert.deepEqual(prune(true), [{ ship: 'ship+old~0a1b2c3d', sizeBytes: 3000, quietDays: 91 }]);
    assert.deepEqual(filesOf(old), FILES, 'a dry run deletes nothing');
    assert.equal(prune().length, 1);
    assert.deepEqual([filesOf(old), filesOf(young)], [STAY, FILES]);
    assert.deepEqual(prune(), [], 'and it is done once');
  });

  it('goes on being deleted where that was interrupted', () => {
    const ship = shipOf('ship+old~0a1b2c3d', 200);
    rmSync(path.join(ship, 'samples'), { recursive: true });
    assert.deepEqual(prune(), [{ ship: 'ship+old~0a1b2c3d', sizeBytes: 2000, quietDays: 200 }]);
    assert.deepEqual(filesOf(ship), STAY);
  });

  it('is kept where one file of the ship is young: it is still on its way', () => {
    const ship = shipOf('ship+held~0a1b2c3d', 200);
    writeFileSync(path.join(ship, 'candidate/decision.json'), '{}');
    utimesSync(path.join(ship, 'candidate/decision.json'), new Date(NOW_MS), new Date(NOW_MS));
    assert.deepEqual(prune(), []);
    assert.deepEqual(filesOf(ship), FILES);
  });

  it('is not looked for behind links, nor where there are no ships', () => {
    const elsewhere = shipOf('elsewhere', 200);
    const ships = path.join(folder(), 'ships');
    assert.deepEqual(pruneShips(ships, { workDays: 90, nowMs: NOW_MS, dryRun: false }), []);
    mkdirSync(ships);
    symlinkSync(elsewhere, path.join(ships, 'ship+link~0a1b2c3d'), 'junction');
    assert.deepEqual(pruneShips(ships, { workDays: 90, nowMs: NOW_MS, dryRun: false }), []);
    mkdirSync(path.join(ships, 'ship+linked-work~0a1b2c3d'));
    symlinkSync(path.join(elsewhere, 'samples'), path.join(ships, 'ship+linked-work~0a1b2c3d', 'samples'), 'junction');
    pruneShips(ships, { workDays: 90, nowMs: NOW_MS, dryRun: false });
    assert.deepEqual(filesOf(elsewhere), FILES);
    assert.deepEqual(readdirSync(ships).length, 2);
  });

  it('stays for longer than a ship may be held, whatever the settings say', () => {
    const of = (ship: object) => shipWorkDays(configSchema.parse({ ship }).ship);
    assert.equal(of({}), 90);
    assert.equal(of({ keepWorkDays: 1 }), 28);
    assert.equal(of({ keepWorkDays: 1, holdTimeoutDays: 60 }), 74);
  });
});
