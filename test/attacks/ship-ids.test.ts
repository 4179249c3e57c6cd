import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { ShipFolder } from '../../research/ship/ship-folder.js';
import { folderNameOf, runIdentity } from '../../shared/orchestration/ship/ship-id.js';
import { HostileCaller } from './hostile-caller.js';

describe('attack: ship ids that name another ship’s folder, or none', function () {
  this.timeout(60_000);
  let caller: HostileCaller;
  before(async () => {
    caller = await HostileCaller.enter();
  });
  after(() => caller.leave());

  it('alias nobody: `/`, `~`, `-`, `:` and `%` keep ids apart', () => {
    const ids = ['ship/a-b', 'ship/a/b', 'ship/a~b', 'ship-a-b', 'ship+a-b', 'ship%2Fa-b', 'ship:a-b'].map(
      (id) => `${id}~0a1b2c3d`,
    );
    assert.equal(new Set(ids.map((id) => new ShipFolder(caller.home, id).path)).size, ids.length);
    const id = fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 60 }).map((text) => `${text}~0a1b2c3d`);
    fc.assert(
      fc.property(id, id, (one, other) => {
        if (!runIdentity.safeParse(one).success || !runIdentity.safeParse(other).success) return;
        assert.equal(folderNameOf(one) === folderNameOf(other), one === other);
        assert.equal(path.basename(new ShipFolder(caller.home, one).path), folderNameOf(one));
      }),
    );
  });

  it('write nothing outside: `..`, empty, absolute, too long, with a line break', async () => {
    const before = readdirSync(caller.home).sort();
    for (const shipId of [
      '..',
      '.',
      '',
      '/etc',
      '../x~0a1b2c3',
      'a\n~0a1b2c3d',
      `${'/'.repeat(3000)}~0a1b2c3d`,
      7,
      null,
      { a: 1 },
    ]) {
      const said = await caller.refusal(caller.research.openShip, { shipId, request: {} });
      assert.match(said, /^the step was asked wrongly/, String(shipId));
      for (const activity of ['armSwap', 'disarmSwap', 'haltTrading'] as const)
        assert.match(await caller.refusal(caller.broker[activity], { shipId }), /^the step was asked wrongly/);
    }
    await caller.call(caller.research.openShip, { shipId: '../../../x~0a1b2c3d', request: {} });
    assert.deepEqual(readdirSync(path.join(caller.home, 'research', 'ships')), ['..+..+..+x~0a1b2c3d']);
    assert.deepEqual(readdirSync(caller.home).sort(), before);
    assert.equal(existsSync(path.join(caller.home, 'broker', 'control')), false);
  });

  it('leave a ship its folder that was opened when folders were named otherwise, and to no other ship', () => {
    const former = path.join(caller.home, 'research', 'ships', 'ship-nightly-2026-11-27T23-30-00Z-0a1b2c3d');
    mkdirSync(former, { recursive: true });
    writeFileSync(path.join(former, 'plan.json'), '{}');
    const folderOf = (id: string) => new ShipFolder(path.join(caller.home, 'research'), id).path;
    assert.equal(folderOf('ship/nightly-2026-11-27T23:30:00Z~0a1b2c3d'), former);
    assert.notEqual(folderOf('ship/nightly-2026-11-27T23:30:00Z~0a1b2c3e'), former);
  });
});

describe('attack: files of other names through the broker’s steps', () => {
  let caller: HostileCaller;
  before(async () => {
    caller = await HostileCaller.enter();
  });
  after(() => caller.leave());
  const release = { shipId: 'ship/a~0a1b2c3d', modelVersion: 1, counter: 1, payloadSha256: '0'.repeat(64) };

  it('are neither pulled, nor verified, nor armed', async () => {
    for (const tarball of ['*', '../../signer/keys/x', '/etc/shadow', 'believe-v2.tar.gz', '-e'])
      for (const names of [
        { tarball, envelope: 'believe-v1.dsse.json' },
        { tarball: 'believe-v1.tar.gz', envelope: tarball },
      ])
        for (const activity of ['pullRelease', 'verifyRelease', 'armSwap', 'awaitSwap'] as const) {
          const ask = { ...release, ...names, notBeforeMarketMs: 0 };
          assert.match(
            await caller.refusal(caller.broker[activity], ask),
            /^the step was asked wrongly: (tarball|envelope)/,
          );
        }
    assert.equal(existsSync(path.join(caller.home, 'broker', 'armed')), false);
  });
});
