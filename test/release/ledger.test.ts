import assert from 'node:assert/strict';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { LedgerRefused, ReleaseLedger } from '../../research/release/ledger.js';
import { BadInput } from '../../shared/failure.js';
import { sha256, temporaryFolder } from './release-fixture.js';

function refusedWith(reason: LedgerRefused['reason'], act: () => unknown): void {
  assert.throws(act, (error) => error instanceof LedgerRefused && error.reason === reason);
}

describe('the release ledger', () => {
  const folder = temporaryFolder();
  const open = () => new ReleaseLedger(path.join(folder(), 'ledger'), () => 0);

  it('gives a ship its numbers once, however often it asks', () => {
    const ledger = open();
    const first = ledger.allocate('ship/1', 1);
    assert.deepEqual(first, { releaseId: 'ship/1', modelVersion: 1, epoch: 1, counter: 1, prevRelease: null });
    assert.deepEqual(ledger.allocate('ship/1', 1), first);
    assert.deepEqual(open().allocate('ship/1', 1), first);
    assert.equal(ledger.releaseState('ship/1'), 'allocated');
    assert.equal(ledger.releaseState('ship/2'), 'none');
  });

  it('chains each release to the payload that was signed before it', () => {
    const ledger = open();
    ledger.allocate('ship/1', 1);
    ledger.recordSigned('ship/1', sha256('one'));
    ledger.allocate('ship/2', 1); // aborted before it was signed
    const third = ledger.allocate('ship/3', 1);
    assert.deepEqual([third.counter, third.prevRelease], [3, sha256('one')]);
  });

  it('leaves a gap for a ship that was given up, and never signs it later', () => {
    const ledger = open();
    ledger.allocate('ship/1', 1);
    ledger.allocate('ship/2', 1);
    refusedWith('superseded', () => ledger.recordSigned('ship/1', sha256('one')));
    ledger.recordSigned('ship/2', sha256('two'));
    assert.equal(ledger.allocate('ship/3', 1).counter, 3);
  });

  it('binds a counter to one payload', () => {
    const ledger = open();
    ledger.allocate('ship/1', 1);
    ledger.recordSigned('ship/1', sha256('one'));
    ledger.recordSigned('ship/1', sha256('one'));
    refusedWith('equivocation', () => ledger.recordSigned('ship/1', sha256('other')));
  });

  it('goes through its states in order, and each step twice is once', () => {
    const ledger = open();
    refusedWith('unknown', () => ledger.recordSigned('ship/1', sha256('one')));
    ledger.allocate('ship/1', 1);
    refusedWith('order', () => ledger.recordPublished('ship/1'));
    ledger.recordSigned('ship/1', sha256('one'));
    refusedWith('order', () => ledger.recordLive('ship/1'));
    for (let times = 0; times < 2; times++) ledger.recordPublished('ship/1');
    for (let times = 0; times < 2; times++) ledger.recordLive('ship/1');
    ledger.recordPublished('ship/1');
    assert.equal(ledger.releaseState('ship/1'), 'live');
    assert.equal(readdirSync(path.join(folder(), 'ledger')).length, 4);
  });

  it('never goes back to an epoch that the root has closed', () => {
    const ledger = open();
    ledger.allocate('ship/1', 2);
    refusedWith('epoch', () => ledger.allocate('ship/2', 1));
    assert.deepEqual([ledger.allocate('ship/2', 3).counter, ledger.allocate('ship/2', 3).epoch], [2, 3]);
  });

  it('gives no number twice, whatever is asked in whatever order', () => {
    let run = 0;
    const asks = fc.array(fc.tuple(fc.nat(5), fc.constantFrom('allocate', 'sign', 'publish', 'live')), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(asks, (list) => {
        const ledger = new ReleaseLedger(path.join(folder(), `run-${run++}`), () => 0);
        for (const [ship, ask] of list) {
          try {
            if (ask === 'allocate') ledger.allocate(`ship/${ship}`, 1);
            else if (ask === 'sign') ledger.recordSigned(`ship/${ship}`, sha256(`payload of ${ship}`));
            else if (ask === 'publish') ledger.recordPublished(`ship/${ship}`);
            else ledger.recordLive(`ship/${ship}`);
          } catch (error) {
            assert.ok(error instanceof LedgerRefused);
          }
        }
        const releases = ledger.list();
        assert.deepEqual(
          releases.map(({ counter }) => counter),
          releases.map((_, index) => index + 1),
        );
        let prevRelease: string | null = null;
        for (const release of releases) {
          assert.equal(release.prevRelease, prevRelease);
          prevRelease = release.payloadSha256 ?? prevRelease;
        }
      }),
      { numRuns: 40 },
    );
  });

  it('refuses to guess when an entry is missing or damaged', () => {
    const ledger = open();
    for (const id of ['ship/1', 'ship/2', 'ship/3']) ledger.allocate(id, 1);
    const second = path.join(folder(), 'ledger', '00000002.json');
    writeFileSync(second, '{"kind":');
    assert.throws(() => ledger.allocate('ship/4', 1), BadInput);
    rmSync(second);
    assert.throws(() => ledger.allocate('ship/4', 1), BadInput);
  });
});
