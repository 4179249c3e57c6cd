import assert from 'node:assert/strict';
import { WorkflowFailedError } from '@temporalio/client';
import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import { SHIP_ATTRIBUTES } from '../../shared/orchestration/ship/search-attributes.js';
import { progressQuery } from '../../workflows/ship/ship-log.js';
import { ScriptedServer } from './scripted-server.js';

/** What the script's signer says of its signatures is up to the script. */
const ORDER = {
  ...{ payloadType: 'application/vnd.believe.rollback-order+json', payload: 'e30=' },
  signatures: [{ keyid: 'a'.repeat(64), sig: 'AA==' }],
};
const ORDERED = { type: 'rollBackModel', input: ORDER };

describe('rollBackModel', () => {
  let server: ScriptedServer;
  before(async () => {
    server = await ScriptedServer.open();
  });
  after(() => server.close());

  it('signs, pushes, verifies, swaps and records what operators ordered, without waiting for an open', async () => {
    const script = { openInMs: 3_600_000 };
    await server.run(
      'rollback-ordered',
      script,
      async (ship, { calls }) => {
        const { outcome, modelVersion } = await ship.result();
        assert.deepEqual([outcome, modelVersion], ['Live', 1]);
        assert.deepEqual(calls, [
          'takeLane',
          'signOrderedRollback',
          'publishRelease',
          'pullRelease',
          'verifyRelease',
          'nextRthOpen',
          'armSwap',
          'awaitSwap',
          'observeRelease',
          'recordLive',
          'leaveLane',
        ]);
      },
      ORDERED,
    );
  });

  it('ends Failed with the signer’s own words when the order is refused, and frees the lane', async () => {
    const refused = ApplicationFailure.nonRetryable(
      'the order to roll back is refused: it has expired',
      'OrderRefused',
    );
    const before = (step: string) => {
      if (step === 'signOrderedRollback') throw refused;
    };
    await server.run(
      'rollback-ordered-refused',
      { before },
      async (ship, { calls }) => {
        const why = (error: unknown) =>
          error instanceof WorkflowFailedError &&
          error.cause instanceof ActivityFailure &&
          /it has expired/.test(String(error.cause.cause?.message));
        await assert.rejects(ship.result(), why);
        assert.equal((await ship.describe()).typedSearchAttributes.get(SHIP_ATTRIBUTES.stage), 'Failed');
        assert.deepEqual(calls, ['takeLane', 'signOrderedRollback', 'leaveLane']);
      },
      ORDERED,
    );
  });

  it('refuses what is not signed, and says how to sign it', async () => {
    await server.run(
      'rollback-unsigned',
      {},
      async (ship, { calls }) => {
        const why = (error: unknown) =>
          error instanceof WorkflowFailedError &&
          error.cause instanceof ApplicationFailure &&
          error.cause.type === 'OrderRefused' &&
          /believe ship rollback --to N --reason WHY/.test(error.cause.message);
        await assert.rejects(ship.result(), why);
        assert.deepEqual(calls, []);
      },
      { type: 'rollBackModel', input: { to: 1, by: 'ann' } },
    );
  });

  it('does not wait while a ship is past the gate: it says what to do, with nothing signed', async function () {
    this.timeout(90_000);
    const before = (step: string) => (step === 'takeLane' ? pause(12_000) : undefined);
    await server.run(
      'rollback-lane-taken',
      { before },
      async (ship, { calls }) => {
        const why = (error: unknown) =>
          error instanceof WorkflowFailedError &&
          error.cause instanceof ApplicationFailure &&
          error.cause.type === 'LaneTaken' &&
          /Abort it first: believe ship abort/.test(error.cause.message);
        await assert.rejects(ship.result(), why);
        assert.equal(calls.includes('signOrderedRollback'), false);
      },
      ORDERED,
    );
  });

  it('halts trading when the older heads misbehave too, and they are on record as what trades', async () => {
    const observations = [{ healthy: false, faults: ['3 decisions ended in an error'] }];
    await server.run(
      'rollback-misbehaves',
      { observations },
      async (ship, { calls }) => {
        await ship.result();
        assert.deepEqual(calls.slice(-4), ['observeRelease', 'recordLive', 'haltTrading', 'leaveLane']);
        assert.match((await ship.query(progressQuery)).remarks.join(), /3 decisions ended in an error/);
      },
      ORDERED,
    );
  });
});

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
