import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Cargo } from '../attacks/cargo.js';
import { cargoOf, SigningTable } from '../attacks/signing-table.js';
import { temporaryFolder } from './release-fixture.js';

const PROGRAM = fileURLToPath(new URL('../../cli/main.js', import.meta.url));

describe('believe audit', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  let first: Cargo;
  let held: Cargo;
  before(async () => {
    [first, held] = await Promise.all([
      cargoOf('ship/1'),
      cargoOf('ship/2', { edge: false, priorRelease: 'believe-v1' }),
    ]);
  });

  function audit() {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [PROGRAM, 'audit', '--home', path.join(folder(), 'home'), '--json'],
      { encoding: 'utf8' },
    );
    assert.notEqual(stdout, '', stderr);
    return { status, ...(JSON.parse(stdout) as { lines: { who: string; what: string }[]; gaps: string[] }) };
  }

  async function history(): Promise<string> {
    const table = new SigningTable(path.join(folder(), 'home'));
    await table.bringLive(first);
    await table.sign(held, table.approvalOf(held));
    await table.signer.answer({ do: 'revoke', shipId: 'ship/2', reason: 'aborted' });
    return table.places.releasesFolder;
  }

  it('shows who did what, by what they signed, and no gap where there is none', async () => {
    await history();
    const { status, lines, gaps } = audit();
    assert.deepEqual([status, gaps], [0, []]);
    const told = lines.map(({ who, what }) => `${who}: ${what}`);
    for (const line of [
      'signer: signed v1 (counter 1) of ship/1: gate pass',
      'ann: let ship/2 go on: card read',
      'signer: signed v2 (counter 2) of ship/2: gate hold',
      'signer: revoked v2: aborted',
    ]) {
      assert.ok(told.includes(line), `${line} in\n${told.join('\n')}`);
    }
  });

  it('finds a release whose envelope is gone or changed, and one that does not follow the one before it', async () => {
    const releases = await history();
    const envelope = path.join(releases, 'believe-v2.dsse.json');
    const good = readFileSync(envelope, 'utf8');
    writeFileSync(envelope, good.replace(/"sig":"...../, '"sig":"AAAAA'));
    assert.match(audit().gaps.join(), /v2 \(counter 2\) is in the ledger, and .* missing or not signed/);
    rmSync(envelope);
    assert.equal(audit().status, 1);
    writeFileSync(envelope, readFileSync(path.join(releases, 'believe-v1.dsse.json')));
    assert.match(audit().gaps.join(), /is not what the ledger says was signed/);
  });
});
