import assert from 'node:assert/strict';
import { describeFiles } from '../../shared/trust/archive.js';
import {
  candidateSha256,
  type DecisionStatement,
  type SignedDecision,
  signDecision,
} from '../../shared/trust/decision.js';
import { type RefusalReason, ReleaseRefused } from '../../shared/trust/refusal.js';
import type { ReleasePredicate } from '../../shared/trust/statement.js';
import { type ExpectedRelease, verifyRelease } from '../../shared/trust/verify-release.js';
import {
  FILES,
  HELD_FILES,
  iso,
  KEYS,
  NOW_MS,
  releaseInput,
  rootWithOperators,
  sha256,
} from '../release/release-fixture.js';

const HELD: DecisionStatement = {
  ...{
    kind: 'believe.decision',
    version: 1,
    shipId: 'ship/7~0a1b2c3d',
    verdict: 'approve',
    by: 'ann',
    reason: 'card read',
  },
  candidateSha256: candidateSha256(describeFiles(HELD_FILES)),
  gateReportSha256: sha256(HELD_FILES.get('gate-report.json')!),
  at: iso(NOW_MS),
};

/** The attacker signs with the release key whatever he likes: a signer that was stolen, or deceived. */
describe('who has the release key and no operator’s', () => {
  const approval = (changes: Partial<DecisionStatement> = {}, keys = [KEYS.ann]) =>
    signDecision({ ...HELD, ...changes }, keys) as SignedDecision & { verdict: 'approve' };

  async function verdictOn(
    predicate: Partial<ReleasePredicate>,
    { root = rootWithOperators(), files = HELD_FILES, expected = {} as ExpectedRelease } = {},
  ): Promise<RefusalReason | 'accepted'> {
    try {
      await verifyRelease(await releaseInput(predicate, { root, expected }, files));
      return 'accepted';
    } catch (error) {
      if (error instanceof ReleaseRefused) return error.reason;
      throw error;
    }
  }

  it('cannot call a held ship passed', async () => {
    assert.equal(await verdictOn({ gateVerdict: 'pass' }), 'gate-verdict');
    assert.equal(await verdictOn({ gateVerdict: 'pass' }, { files: FILES }), 'accepted');
  });

  it('cannot make a report that names no verdict', async () => {
    const files = new Map([...FILES, ['gate-report.json', Buffer.from('{"verdict":"pass"}')]] as const);
    assert.equal(await verdictOn({ gateVerdict: 'pass' }, { files }), 'gate-verdict');
  });

  it('cannot load a held ship without an operator’s signature over these very bytes', async () => {
    const words = { verdict: 'approve', by: 'ann', reason: 'card read' } as const;
    for (const decision of [
      words,
      approval({}, [KEYS.release]),
      approval({}, [KEYS.stranger]),
      approval({ shipId: 'ship/6~0a1b2c3d' }),
      approval({ candidateSha256: sha256('other') }),
      approval({ gateReportSha256: sha256('other') }),
      approval({ by: 'bob' }),
      { ...approval(), reason: 'another reason' },
    ]) {
      assert.equal(await verdictOn({ gateVerdict: 'hold', decision }), 'decision', JSON.stringify(decision));
    }
    assert.equal(await verdictOn({ gateVerdict: 'hold', decision: approval() }), 'accepted');
  });

  it('cannot make do with one operator where the root asks for two', async () => {
    const root = rootWithOperators({ threshold: 2 });
    const ask = (keys: Parameters<typeof approval>[1]) =>
      verdictOn({ gateVerdict: 'hold', decision: approval({}, keys) }, { root });
    assert.equal(await ask([KEYS.ann]), 'decision');
    assert.equal(await ask([KEYS.ann, KEYS.ann]), 'decision');
    assert.equal(await ask([KEYS.ann, KEYS.bob]), 'accepted');
  });

  it('cannot use a revoked operator’s approval for anything but what trades already', async () => {
    const root = rootWithOperators({ operators: [KEYS.bob] });
    const held = { gateVerdict: 'hold', decision: approval() } as const;
    assert.equal(await verdictOn(held, { root }), 'decision');
    const { payloadSha256 } = await releaseInput(held, {}, HELD_FILES);
    assert.equal(await verdictOn(held, { root, expected: { payloadSha256, alreadyLive: true } }), 'accepted');
  });

  it('can carry an approval along in a rollback to the bytes that it was about, and to no others', async () => {
    const rollbackOf = { modelVersion: 6, payloadSha256: sha256('payload 6') };
    const back = { gateVerdict: 'hold', shipId: 'ship/9~0a1b2c3d', rollbackOf } as const;
    assert.equal(await verdictOn({ ...back, decision: approval() }), 'accepted');
    const other = approval({ candidateSha256: sha256('other') });
    assert.equal(await verdictOn({ ...back, decision: other }), 'decision');
  });

  it('finds releases of before the operators verified as they were, and new ones not', async () => {
    const words = { verdict: 'approve', by: 'ann', reason: 'card read' } as const;
    const held = { gateVerdict: 'hold', decision: words } as const;
    assert.equal(await verdictOn(held, { root: rootWithOperators({ firstCounter: 8 }) }), 'accepted');
    assert.equal(await verdictOn(held, { root: rootWithOperators({ firstCounter: 7 }) }), 'decision');
  });
});
