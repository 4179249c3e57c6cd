import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { acceptRelease, takeRevocations } from '../../broker/accept-release.js';
import { readSigningKeys } from '../../shared/node/trust/key-folder.js';
import { ENVELOPE_BYTES_MAX, encodeEnvelope, signEnvelope } from '../../shared/trust/dsse.js';
import {
  REVOCATIONS_FILE,
  REVOCATIONS_PAYLOAD_TYPE,
  type Revocation,
  revocationsIn,
} from '../../shared/trust/revocations.js';
import { sha256, temporaryFolder } from '../release/release-fixture.js';
import type { Cargo } from './cargo.js';
import { cargoOf, SigningTable } from './signing-table.js';

const PROGRAM = fileURLToPath(new URL('../../cli/main.js', import.meta.url));

/** A list that nobody reads to its end must not be taken for one that revokes nothing. */
describe('attack: the list of revocations grows beyond what is read', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  let cargos: Cargo[];
  let table: SigningTable;
  before(async () => {
    cargos = await Promise.all([cargoOf('ship/1~0a1b2c3d'), cargoOf('ship/2~0a1b2c3d')]);
  });
  beforeEach(async () => {
    table = new SigningTable(path.join(folder(), 'home'));
    await table.publish(cargos[0]!);
  });

  const note = (index: number, reason: string): Revocation => ({
    ...{ payloadSha256: sha256(`payload ${index}`), modelVersion: 1000 + index, reason },
    at: '2025-06-02T12:00:00.000Z',
  });
  const listFile = () => path.join(table.places.moduleFolder, REVOCATIONS_FILE);
  /** As a signer of before would have made it, or one that was stolen. */
  const publishList = (revoked: readonly Revocation[], more: object = {}) => {
    const payload = Buffer.from(JSON.stringify({ kind: 'believe.revocations', version: 1, revoked, ...more }));
    const keys = readSigningKeys(table.places.keysFolder, 'release');
    writeFileSync(listFile(), encodeEnvelope(signEnvelope(REVOCATIONS_PAYLOAD_TYPE, payload, keys)));
  };
  const brokerFolder = () => path.join(table.home, 'broker');
  const accept = () =>
    acceptRelease({
      ...{ brokerFolder: brokerFolder(), incomingFolder: table.places.moduleFolder, nowMs: Date.now() },
      ...{ tarball: 'believe-v1.tar.gz', envelope: 'believe-v1.dsse.json' },
    });
  const unreadable = { type: 'ReleaseRefused', reason: 'revocations-unreadable' };

  it('is refused by the broker, with every release beside it, and said in words', async () => {
    publishList(Array.from({ length: 900 }, (_, index) => note(index, 'x'.repeat(1900))));
    assert.ok(readFileSync(listFile()).length > ENVELOPE_BYTES_MAX);
    await assert.rejects(accept(), unreadable);
    const take = () => takeRevocations(brokerFolder(), table.places.moduleFolder, table.root);
    assert.throws(take, /more than 1048576 bytes/);
  });

  it('is refused where it is signed and not understood: too many notes, or fields of another version', async () => {
    publishList(Array.from({ length: 1001 }, (_, index) => note(index, 'x')));
    await assert.rejects(accept(), unreadable);
    publishList([], { more: true });
    await assert.rejects(accept(), unreadable);
  });

  it('is passed over where no release key has signed it: whoever can send that can also send nothing', async () => {
    writeFileSync(listFile(), '{}');
    assert.ok(await accept());
  });

  it('is never made by the signer: reasons are cut, what has expired is left out, and then it refuses', async () => {
    await table.signer.answer({ do: 'revoke', shipId: cargos[0]!.shipId, reason: 'é'.repeat(2000) });
    const [first] = revocationsIn(readFileSync(listFile()), table.root)!;
    assert.equal(first!.reason.length, 200);
    publishList(Array.from({ length: 1000 }, (_, index) => note(index, 'of releases that this ledger does not know')));
    await table.sign(cargos[1]!);
    await assert.rejects(table.signer.answer({ do: 'revoke', shipId: cargos[1]!.shipId, reason: 'x' }), {
      type: 'RevocationsFull',
    });
    assert.equal(revocationsIn(readFileSync(listFile()), table.root)!.length, 1000, 'the list is as it was');
  });

  it('does not let the signer forget what it cannot read', async () => {
    publishList(Array.from({ length: 900 }, (_, index) => note(index, 'x'.repeat(1900))));
    const before = readFileSync(listFile());
    await assert.rejects(table.signer.answer({ do: 'revoke', shipId: cargos[0]!.shipId, reason: 'x' }), unreadable);
    const { payloadSha256 } = await table.sign(cargos[0]!);
    await assert.rejects(table.signer.answer({ do: 'publish', payloadSha256 }), unreadable);
    assert.deepEqual(readFileSync(listFile()), before);
    const { status, stdout } = spawnSync(process.execPath, [PROGRAM, 'audit', '--home', table.home], {
      encoding: 'utf8',
    });
    assert.equal(status, 1);
    assert.match(stdout, /GAP: .*revocations/);
  });
});
