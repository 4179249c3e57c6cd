import assert from 'node:assert/strict';
import { WorkflowFailedError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { Decision } from '../../shared/orchestration/ship/messages.js';
import { SHIP_ATTRIBUTES } from '../../shared/orchestration/ship/search-attributes.js';
import { decideSignal, decideUpdate } from '../../workflows/ship/decision-desk.js';
import { progressQuery } from '../../workflows/ship/ship-log.js';
import { ScriptedServer } from './scripted-server.js';

type Ship = Awaited<ReturnType<ScriptedServer['start']>>;
/** What the script's research tier says of its signatures is up to the script. */
const approval: Decision = {
  verdict: 'approve',
  by: 'ann',
  reason: 'a sample run',
  signed: { payloadType: 'decision', payload: 'e30=', signatures: [{ keyid: 'a'.repeat(64), sig: 'AA==' }] },
};
const unsigned = { verdict: 'approve', by: 'ann', reason: 'a sample run' } as const;

describe('shipModel', () => {
  let server: ScriptedServer;
  before(async () => {
    server = await ScriptedServer.open();
  });
  after(async () => {
    await server.close();
  });

  it('carries a model that passes the gate to Live, each step once and in order', async () => {
    await server.run('live', {}, async (ship, { calls }) => {
      const result = await ship.result();
      assert.equal(result.outcome, 'Live');
      assert.equal(result.modelVersion, 1);
      assert.equal(result.swappedAtMarketTime, '2025-03-10T13:30:00.250Z');
      assert.deepEqual(
        result.stages.map((one) => one.stage),
        ['Retraining', 'Gating', 'Queued', 'Signing', 'Pushing', 'Verifying', 'AwaitingOpen', 'Swapping', 'Observing'],
      );
      const afterGate = calls.slice(calls.indexOf('judgeGate') + 1);
      assert.deepEqual(afterGate, [
        'takeLane',
        'signRelease',
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
      assert.equal(calls.filter((call) => call === 'scoreFold').length, 6);
      assert.equal(await stageOf(ship), 'Live');
    });
  });

  it('trades every planned date once, after all folds are scored and before the verdict', async () => {
    await server.run('live-traded', {}, async (ship, { calls }) => {
      assert.equal((await ship.result()).outcome, 'Live');
      const gating = calls.slice(calls.indexOf('planGate') + 1, calls.indexOf('judgeGate') + 1);
      assert.deepEqual(gating, [...Array(6).fill('scoreFold'), 'scoreDay', 'scoreDay', 'judgeGate']);
    });
  });

  it('has offered folds scored by whichever host is free, and scores here what one handed in that cannot be used', async () => {
    const refusedOnce = (step: string, attempt: number) => {
      if (step === 'takeFold' && attempt === 1)
        throw ApplicationFailure.nonRetryable('fold 1 is not taken: no host has signed it', 'FoldRefused');
      // A host that was killed, or has other code.
      if (step === 'fitFold' && attempt === 1) throw ApplicationFailure.retryable('other code', 'OtherCode');
    };
    await server.run('live-folds-shared', { sharesFolds: true, before: refusedOnce }, async (ship, { calls }) => {
      assert.equal((await ship.result()).outcome, 'Live');
      const count = (step: string) => calls.filter((call) => call === step).length;
      assert.deepEqual([count('fitFold'), count('takeFold'), count('scoreFold')], [4, 3, 4]);
      assert.ok(calls.lastIndexOf('scoreFold') < calls.indexOf('scoreDay'));
      const { remarks } = await ship.query(progressQuery);
      assert.deepEqual(remarks, ['fold 1 is not taken: no host has signed it']);
    });
  });

  it('holds with reasons, refuses bad decisions, and goes on when approved by update', async () => {
    await server.run('held-approved-signed', { verdicts: ['hold'] }, async (ship) => {
      await untilStage(ship, 'Held');
      const attributes = (await ship.describe()).typedSearchAttributes;
      assert.deepEqual(attributes.get(SHIP_ATTRIBUTES.holdReasons), [
        'Only 4 minutes of book: the gate needs 8 trade dates.',
      ]);
      const noReason = ship.executeUpdate(decideUpdate, { args: [{ ...approval, reason: ' ' }] });
      await assert.rejects(noReason, refusedBecause(/reason must say why/));
      assert.equal(await ship.executeUpdate(decideUpdate, { args: [approval] }), 'approved by ann');
      const result = await ship.result();
      assert.equal(result.outcome, 'Live');
      assert.deepEqual([result.held, result.decision], [true, approval]);
      assert.equal((await ship.describe()).typedSearchAttributes.get(SHIP_ATTRIBUTES.holdReasons)?.length ?? 0, 0);
    });
  });

  it('goes on when approved by signal, and a malformed signal changes nothing', async () => {
    await server.run('held-approved-signed-by-signal', { verdicts: ['hold'] }, async (ship) => {
      await untilStage(ship, 'Held');
      await ship.signal(decideSignal, { verdict: 'maybe' } as never);
      assert.equal((await ship.query(progressQuery)).stage, 'Held');
      await ship.signal(decideSignal, approval);
      assert.equal((await ship.result()).outcome, 'Live');
    });
  });

  it('refuses an approval that no operator has signed, by update and by signal, and says how to sign', async () => {
    await server.run('unsigned', { verdicts: ['hold'] }, async (ship, { calls }) => {
      await untilStage(ship, 'Held');
      await assert.rejects(
        ship.executeUpdate(decideUpdate, { args: [unsigned] }),
        refusedBecause(/must be signed by an operator: `believe ship approve`/),
      );
      await ship.signal(decideSignal, unsigned);
      const { stage, remarks } = await ship.query(progressQuery);
      assert.equal(stage, 'Held');
      assert.match(remarks.join(), /signal was ignored: an approval must be signed by an operator/);
      await ship.executeUpdate(decideUpdate, { args: [{ ...unsigned, verdict: 'reject' }] });
      assert.equal((await ship.result()).outcome, 'Rejected');
      assert.equal(calls.includes('checkDecision'), false);
    });
  });

  it('stays held when the signatures do not hold, and goes on when they do', async () => {
    const foreign = ApplicationFailure.nonRetryable(
      'the decision is refused: 1 operators must sign it',
      'DecisionRefused',
    );
    const before = (step: string, attempt: number) => {
      if (step === 'checkDecision' && attempt === 1) throw foreign;
    };
    await server.run('held-foreign-signature', { verdicts: ['hold'], before }, async (ship) => {
      await untilStage(ship, 'Held');
      await assert.rejects(
        ship.executeUpdate(decideUpdate, { args: [approval] }),
        refusedBecause(/1 operators must sign it/),
      );
      assert.equal(await ship.executeUpdate(decideUpdate, { args: [approval] }), 'approved by ann');
      assert.equal((await ship.result()).outcome, 'Live');
    });
  });

  it('refuses a decision before there is anything to decide', async () => {
    const slow = { before: (step: string) => (step === 'judgeGate' ? pause(1500) : undefined) };
    await server.run('early-decision', slow, async (ship) => {
      await untilStage(ship, 'Gating');
      const early = ship.executeUpdate(decideUpdate, { args: [approval] });
      await assert.rejects(early, refusedBecause(/not held: it is Gating/));
      assert.equal((await ship.result()).held, false);
    });
  });

  it('ends Rejected, with nothing signed, when an operator rejects', async () => {
    await server.run('rejected', { verdicts: ['hold'] }, async (ship, { calls }) => {
      await untilStage(ship, 'Held');
      await ship.executeUpdate(decideUpdate, { args: [{ verdict: 'reject', by: 'ann', reason: 'too little data' }] });
      assert.equal((await ship.result()).outcome, 'Rejected');
      assert.equal(calls.includes('signRelease'), false);
      assert.equal(await stageOf(ship), 'Rejected');
    });
  });

  it('reminds, then rejects, when nobody decides', async () => {
    const script = { verdicts: ['hold' as const], holdTimeoutMs: 2500, remindEveryMs: 1000 };
    await server.run('hold-timed-out', script, async (ship, { calls }) => {
      const result = await ship.result();
      assert.equal(result.outcome, 'Rejected');
      assert.equal(result.decision?.by, 'believe');
      assert.equal(calls.filter((call) => call === 'remindHeld').length, 2);
    });
  });

  it('fails as ReleaseRefused when the broker refuses the bytes, and frees the lane', async () => {
    const refuse = ApplicationFailure.nonRetryable('release refused (archive-hash)', 'ReleaseRefused');
    await server.run(
      'refused-revoked',
      { before: (step) => throwAt(step, 'verifyRelease', refuse) },
      async (ship, { calls }) => {
        await assert.rejects(ship.result(), failedAs('ReleaseRefused', /archive-hash/));
        assert.equal(calls.includes('armSwap'), false);
        assert.deepEqual(calls.slice(-3), ['leaveLane', 'revokeRelease', 'pullRevocations']);
        assert.equal(await stageOf(ship), 'Refused');
      },
    );
  });

  it('fails as ReleaseRefused when the bridge keeps the old heads', async () => {
    const swap = { outcome: 'refused' as const, reason: 'golden row 3 of F2_dom differs' };
    await server.run('refused-by-bridge', { swap }, async (ship) => {
      await assert.rejects(ship.result(), failedAs('ReleaseRefused', /golden row 3/));
      assert.equal(await stageOf(ship), 'Refused');
    });
  });

  it('rolls back by a new signed release when the new heads misbehave', async () => {
    const script = { hasPrior: true, observations: [{ healthy: false, faults: ['3 decision errors'] }] };
    await server.run('rolled-back', script, async (ship, { calls }) => {
      const result = await ship.result();
      assert.equal(result.outcome, 'RolledBack');
      assert.equal(result.counter, 2);
      assert.equal(calls.filter((call) => call === 'armSwap').length, 2);
      assert.equal(calls.includes('haltTrading'), false);
    });
  });

  it('halts trading when a first release misbehaves, for there is nothing to roll back to', async () => {
    const script = { observations: [{ healthy: false, faults: ['no decisions'] }] };
    await server.run('halted', script, async (ship, { calls }) => {
      assert.equal((await ship.result()).outcome, 'RolledBack');
      assert.equal(calls.includes('haltTrading'), true);
    });
  });

  it('withdraws the armed swap and frees the lane when aborted while it waits for the open', async () => {
    await server.run('aborted-revoked', { openInMs: 600_000 }, async (ship, { calls }) => {
      await untilStage(ship, 'AwaitingOpen');
      await untilCalled(calls, 'armSwap');
      await ship.cancel();
      await assert.rejects(ship.result(), WorkflowFailedError);
      assert.deepEqual(calls.slice(-4), ['disarmSwap', 'leaveLane', 'revokeRelease', 'pullRevocations']);
      assert.equal(await stageOf(ship), 'Aborted');
    });
  });

  it('waits for an arming under way when it is aborted, and withdraws what was armed', async () => {
    let arming = false;
    const before = async (step: string) => {
      if (step !== 'armSwap') return;
      arming = true;
      await pause(1500);
      arming = false;
    };
    await server.run('aborted-while-arming', { before, openInMs: 600_000 }, async (ship, { calls }) => {
      await untilCalled(calls, 'armSwap');
      await ship.cancel();
      await assert.rejects(ship.result(), WorkflowFailedError);
      assert.equal(arming, false);
      assert.deepEqual(calls.slice(-4), ['disarmSwap', 'leaveLane', 'revokeRelease', 'pullRevocations']);
      assert.equal(await stageOf(ship), 'Aborted');
    });
  });

  it('records as live what the bridge had swapped to before the abort reached it, and says so', async () => {
    const script = { openInMs: 600_000, swappedBeforeDisarm: '1'.repeat(64) };
    await server.run('aborted-too-late', script, async (ship, { calls }) => {
      await untilStage(ship, 'AwaitingOpen');
      await untilCalled(calls, 'armSwap');
      await ship.cancel();
      await assert.rejects(ship.result(), WorkflowFailedError);
      assert.deepEqual(calls.slice(-3), ['disarmSwap', 'recordLive', 'leaveLane']);
      const { remarks } = await ship.query(progressQuery);
      assert.match(remarks.join(' '), /already swapped: v1 trades/);
    });
  });

  it('ends Aborted, with nothing signed, when aborted while it is held', async () => {
    await server.run('aborted-while-held', { verdicts: ['hold'] }, async (ship, { calls }) => {
      await untilStage(ship, 'Held');
      await ship.cancel();
      await assert.rejects(ship.result(), WorkflowFailedError);
      assert.equal(calls.includes('signRelease'), false);
      assert.equal(await stageOf(ship), 'Aborted');
    });
  });

  it('gates again when the release it was compared with is no longer the one that trades', async () => {
    await server.run('gated-again', { priorsInLane: [null, 4, 4] }, async (ship, { calls }) => {
      assert.equal((await ship.result()).outcome, 'Live');
      assert.equal(calls.filter((call) => call === 'judgeGate').length, 2);
      assert.equal(calls.filter((call) => call === 'signRelease').length, 1);
    });
  });

  it('does not sign again when the outcome of the signing is unknown but the release is there', async () => {
    const lost = (step: string, attempt: number) => {
      if (step === 'signRelease' && attempt === 1)
        throw ApplicationFailure.retryable('worker stopped', 'WorkerStopped');
    };
    const signedAlready = { before: lost };
    await server.run('signing-settled', signedAlready, async (ship, { calls }) => {
      assert.equal((await ship.result()).outcome, 'Live');
      assert.deepEqual(
        calls.filter((call) => call === 'signRelease' || call === 'signedRelease'),
        ['signRelease', 'signedRelease', 'signRelease'],
      );
    });
  });

  it('ends Failed, says why, and frees the lane when a step cannot succeed', async () => {
    const broken = ApplicationFailure.nonRetryable('bars.csv (line 7): not a price', 'BadInput');
    await server.run('failed', { before: (step) => throwAt(step, 'buildSamples', broken) }, async (ship, { calls }) => {
      await assert.rejects(ship.result(), WorkflowFailedError);
      assert.equal(await stageOf(ship), 'Failed');
      assert.equal(calls.at(-1), 'leaveLane');
    });
  });

  it('names the wrong field of its input', async () => {
    await server.run('usual', {}, async () => {
      const ship = await server.start('wrong-input', { recipee: 'base' });
      await assert.rejects(ship.result(), failedAs('InvalidInput', /recipee/));
    });
  });
});

async function stageOf(ship: Ship): Promise<string | undefined> {
  return (await ship.describe()).typedSearchAttributes.get(SHIP_ATTRIBUTES.stage);
}

async function untilStage(ship: Ship, stage: string): Promise<void> {
  while ((await stageOf(ship)) !== stage) await pause(30);
}

async function untilCalled(calls: readonly string[], step: string): Promise<void> {
  while (!calls.includes(step)) await pause(30);
  await pause(200);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function throwAt(step: string, where: string, failure: Error): void {
  if (step === where) throw failure;
}

function refusedBecause(pattern: RegExp) {
  return (error: unknown) => error instanceof WorkflowUpdateFailedError && pattern.test(String(error.cause));
}

function failedAs(type: string, pattern: RegExp) {
  return (error: unknown) =>
    error instanceof WorkflowFailedError &&
    error.cause instanceof ApplicationFailure &&
    error.cause.type === type &&
    pattern.test(error.cause.message);
}
