import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { RunningStack } from '../ship/running-stack.js';
import { OwnServer, whatIsMissing } from './own-server.js';

describe('a ship on a Temporal server of our own, each tier by its certificate', function () {
  this.timeout(600_000);
  let own: OwnServer;
  let stack: RunningStack;

  before(async function () {
    const missing = await whatIsMissing();
    if (missing !== null) {
      process.stderr.write(`skipped: ${missing}\n`);
      this.skip();
    }
    own = await OwnServer.open();
    const { tls, address } = own.configOf('operator').temporal;
    const settings = {
      ...{ BELIEVE_TEMPORAL_EMBEDDED: 'false', BELIEVE_TEMPORAL_ADDRESS: address, BELIEVE_WATCH_ENABLED: 'true' },
      ...{ BELIEVE_TEMPORAL_TLS_CA_FILE: tls.caFile, BELIEVE_TEMPORAL_TLS_TIER_FOLDER: tls.tierFolder! },
      ...{ BELIEVE_TEMPORAL_TLS_CERT_FILE: tls.certFile, BELIEVE_TEMPORAL_TLS_KEY_FILE: tls.keyFile },
    };
    stack = await RunningStack.open({ settings, connect: () => own.client('operator') });
  });
  after(async () => {
    await stack?.close();
    await own?.close();
  });

  it('goes live, and nobody needed what his role may not', async () => {
    process.stderr.write(own.log);
    assert.ok(stack.state().swaps.length > 0);
    assert.doesNotMatch(own.log, /"msg":"refused"/);
  });

  const kills: Record<string, () => Promise<void>> = {
    PostgreSQL: async () => {
      await own.killPostgres();
      await pause(1000);
      await own.startPostgres();
    },
    'the server': async () => {
      await own.killServer();
      await pause(500);
      await own.startServer();
    },
  };
  for (const [name, kill] of Object.entries(kills)) {
    it(`ends the same where ${name} is killed under it`, async () => {
      const before = stack.state();
      const { ship, over } = await stack.startShip(`killed-${name.replaceAll(' ', '-')}`);
      await stack.untilStage(ship, 'Gating');
      await kill();
      await over;
      const after = stack.state();
      assert.deepEqual(
        after.releases,
        [...before.releases, 'live'].slice(-after.releases.length),
        JSON.stringify(after),
      );
      assert.equal(after.swaps.length, before.swaps.length + 1);
      assert.equal(await stack.stageOf(ship), 'Live');
    });
  }
});
