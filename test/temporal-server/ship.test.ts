import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { ShipResult } from '../../shared/orchestration/ship/messages.js';
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

  it('goes live, and nobody needed what his role may not', () => {
    assert.deepEqual(new Set(stack.state().releases), new Set(['live']));
    assert.doesNotMatch(own.log, /"msg":"refused"/);
  });

  it('ends the same where PostgreSQL is killed under it', () =>
    endsTheSame('postgresql', 'Gating', async () => {
      await own.killPostgres();
      await pause(1000);
      await own.startPostgres();
    }));

  it('ends the same where the server is killed under it', () =>
    endsTheSame('server', 'AwaitingOpen', async () => {
      await own.killServer();
      await pause(500);
      await own.startServer();
    }));

  /** One release, one counter, one line in the swap log, as of a ship that nobody disturbed. */
  async function endsTheSame(name: string, stage: string, kill: () => Promise<void>): Promise<void> {
    const before = stack.state();
    const { ship, over } = await stack.startShip(`ship/${name}`);
    await stack.untilStage(ship, stage);
    await kill();
    const result = (await ship.result()) as ShipResult;
    await over;
    assert.equal(result.outcome, 'Live');
    assert.equal(result.counter, before.releases.length + 1);
    const now = stack.state();
    assert.deepEqual(now.releases, [...before.releases, 'live']);
    assert.deepEqual(now.swaps, [...before.swaps, { outcome: 'swapped', counter: result.counter }]);
    assert.doesNotMatch(own.log, /"msg":"refused"/);
  }
});
