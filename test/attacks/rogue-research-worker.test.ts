import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { WorkflowFailedError } from '@temporalio/client';
import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import { createResearchActivities } from '../../activities/research/index.js';
import { signApproval } from '../../cli/ship/sign-approval.js';
import { subjectOf } from '../../cli/ship/subject-of.js';
import { measuringKeysFolder } from '../../research/evidence/measuring-keys.js';
import { releaseLedger } from '../../research/release/build-release.js';
import { Signer } from '../../research/signer/signer.js';
import { signerAddress } from '../../research/signer/signer-address.js';
import { signerPlaces } from '../../research/signer/signer-places.js';
import { type SignerServer, serveSigner } from '../../research/signer/signer-server.js';
import { gateThresholds } from '../../shared/config/gate-thresholds.js';
import { HEAD_NAMES } from '../../shared/model/heads/head-specs.js';
import { loadConfig } from '../../shared/node/config/load-config.js';
import { readSigningKeys, writeSigningKey } from '../../shared/node/trust/key-folder.js';
import { SHIP_ATTRIBUTES } from '../../shared/orchestration/ship/search-attributes.js';
import { generateSigningKey, type SigningKey } from '../../shared/trust/ed25519-key.js';
import { library } from '../training/library.js';
import { ScriptedServer } from '../workflows/scripted-server.js';
import { HostileCaller } from './hostile-caller.js';

/**
 * A worker polls `believe-research` beside nobody: it has all steps, the product's own code and the ship's folder, and
 * operators who let its held ship go. What it has not is the key that the signer knows.
 */
describe('a rogue worker that takes the steps of research from a real server', function () {
  this.timeout(300_000);
  let server: ScriptedServer;
  let machine: HostileCaller;
  let signer: SignerServer;
  let honest: SigningKey;
  before(async () => {
    [server, machine] = await Promise.all([ScriptedServer.open(), HostileCaller.enter()]);
    [honest] = readSigningKeys(measuringKeysFolder(machine.home), 'measuring') as [SigningKey];
    const { lock, ...places } = signerPlaces(machine.home);
    signer = await serveSigner({
      signer: new Signer(places, { thresholds: gateThresholds.parse({}), lifetimeDays: 30, heads: HEAD_NAMES }),
      ...{ address: signerAddress(machine.home), lock, log: () => {} },
    });
  });
  after(async () => {
    await signer?.close();
    await server?.close();
    machine?.leave();
  });

  /** How a held ship ends that an operator lets go, when this key has signed what was measured. */
  async function approvedShipOf(key: SigningKey): Promise<unknown> {
    const { home, depthFile, barsFile } = machine;
    rmSync(measuringKeysFolder(home), { recursive: true, force: true });
    writeSigningKey(measuringKeysFolder(home), 'measuring', key);
    const config = { ...loadConfig({ env: {} }), home };
    const input = { kind: 'files' as const, depth: [depthFile], bars: [barsFile], synthetic: true };
    const code = { codeCommit: 'c0ffee', lockfileSha256: '0'.repeat(64), isOpen: async () => false };
    const research = createResearchActivities({ config: { ...config, input }, library, ...code });
    return await server.with({ research }, async () => {
      const ship = await server.start('rogue');
      const ended = ship.result().catch((error: unknown) => error);
      while ((await ship.describe()).typedSearchAttributes.get(SHIP_ATTRIBUTES.stage) !== 'Held') await pause(100);
      const approval = signApproval({ home, reason: 'seen the card', subject: await subjectOf(ship) });
      await ship.executeUpdate('decide', { args: [approval] });
      return await ended;
    });
  }
  const releases = () => releaseLedger(path.join(machine.home, 'research', 'releases')).list();

  it('gets nothing signed, also with the operators’ approval', async () => {
    const ended = await approvedShipOf(generateSigningKey());
    assert.ok(ended instanceof WorkflowFailedError && ended.cause instanceof ActivityFailure, String(ended));
    const { cause } = ended.cause;
    assert.ok(cause instanceof ApplicationFailure);
    assert.equal(cause.type, 'EvidenceRefused');
    assert.match(cause.message, /no process that the signer knows has signed this report/);
    assert.deepEqual(releases(), []);
  });

  it('is told apart by nothing but that key: with it the same ship is signed', async () => {
    await approvedShipOf(honest);
    assert.deepEqual(
      releases().map(({ modelVersion, payloadSha256 }) => [modelVersion, payloadSha256 !== null]),
      [[1, true]],
    );
  });
});

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
