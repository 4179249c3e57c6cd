import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { GateVerdict } from '../../activities/research/contract.js';
import type { ShipHandle } from '../../cli/ship/find-ship.js';
import { subjectOf } from '../../cli/ship/subject-of.js';
import { releaseLedger } from '../../research/release/build-release.js';
import { sampleFile } from '../../setup/sample-data.js';
import { signSighting } from '../../shared/contract/release-sighting.js';
import type { Decision, ToDecide } from '../../shared/orchestration/ship/messages.js';
import { signDecision } from '../../shared/trust/decision.js';
import { generateSigningKey } from '../../shared/trust/ed25519-key.js';
import { TestHome } from '../ship/test-home.js';
import { Foreigner } from './foreigner.js';

const DATA = sampleFile('es-depth/ESU9-20190829.depth.jsonl.gz');
const BARS = sampleFile('bars/NQ-5m-20241202-20250929.csv.gz');
const PAYLOAD = '5'.repeat(64);
const OWN_KEY = generateSigningKey();

type Seen = Awaited<ReturnType<Foreigner['have']>>;

/** Against the running default set-up: a real server, the product's own workers, signer and bridge, and a held ship. */
describe('a foreign worker with every right on Temporal', function () {
  this.timeout(300_000);
  const table: { attack: string; expected: string; seen: string }[] = [];
  let testHome: TestHome;
  let up: ReturnType<TestHome['start']>;
  let foreigner: Foreigner;
  let ship: ShipHandle;
  let subject: ToDecide;

  before(async () => {
    testHome = await TestHome.open();
    up = testHome.start('up', '--data', DATA, '--bars', BARS, '--by', 'ann');
    await up.until(/decide with/);
    const { stdout } = await testHome.believe('ship', 'status', '--json');
    foreigner = await Foreigner.arrive(testHome.temporalAddress);
    ship = foreigner.client.workflow.getHandle(
      (JSON.parse(stdout) as { ships: { workflowId: string }[] }).ships[0]!.workflowId,
    );
    subject = await subjectOf(ship);
  });
  after(async () => {
    await foreigner?.leave();
    await up?.stop();
    await testHome?.close();
    const width = Math.max(...table.map(({ attack }) => attack.length));
    for (const { attack, expected, seen } of table)
      process.stdout.write(`      ${attack.padEnd(width)} | ${expected} | ${seen}\n`);
  });

  const note = (attack: string, expected: string, seen: Seen) => {
    const told = 'refused' in seen ? seen.refused : `done: ${JSON.stringify(seen.done ?? null).slice(0, 80)}`;
    table.push({ attack, expected, seen: told });
    assert.equal(told, expected, attack);
  };
  const releases = () => releaseLedger(path.join(testHome.home, 'research', 'releases')).list();
  const toLoad = () => ({
    ...{ shipId: subject.shipId, modelVersion: 1, counter: 1, payloadSha256: PAYLOAD },
    ...{ tarball: 'believe-v1.tar.gz', envelope: 'believe-v1.dsse.json' },
  });
  const signing = async (changes: { gate?: Partial<GateVerdict>; decision?: unknown }) => {
    const { result: gate } = (await foreigner.read(ship.workflowId, 'judgeGate')) as { result: GateVerdict };
    const { result: candidate } = await foreigner.read(ship.workflowId, 'assembleCandidate');
    const { result: trainingSet } = await foreigner.read(ship.workflowId, 'pinTrainingSet');
    const { shipId } = subject;
    return { shipId, candidate, trainingSet, gate: { ...gate, ...changes.gate }, decision: changes.decision ?? null };
  };
  const foreignApproval = () =>
    signDecision(
      {
        ...{ kind: 'believe.decision', version: 1, verdict: 'approve', by: 'ann', reason: 'I say so' },
        ...subject,
        at: new Date().toISOString(),
      },
      [OWN_KEY],
    );

  it('cannot have the held ship signed, whatever he says that the gate and the operators said', async () => {
    const pass = { verdict: 'pass', reasons: [] } as const;
    const words = { verdict: 'approve', by: 'ann', reason: 'I say so' };
    const sign = async (changes: Parameters<typeof signing>[0]) =>
      await foreigner.have('research', 'signRelease', await signing(changes));
    note('sign, with "gate pass"', 'DecisionRefused', await sign({ gate: pass }));
    note('sign, with an approval in words', 'DecisionRefused', await sign({ gate: pass, decision: words }));
    note('sign, with a signature of his own', 'DecisionRefused', await sign({ decision: foreignApproval() }));
    const uri = path.join(testHome.home, 'signer', 'keys');
    const report = { uri, sha256: PAYLOAD, bytes: 1 };
    note('sign, with references of his own', 'DecisionRefused', await sign({ gate: { ...pass, report } }));
    assert.deepEqual(releases(), [], 'no number was given');
  });

  it('cannot have the gate judge again over fewer folds', async () => {
    const { ask } = (await foreigner.read(ship.workflowId, 'judgeGate')) as { ask: { plan: object } };
    const judged = await foreigner.have('research', 'judgeGate', { ...ask, scores: [] });
    const { verdict } = (judged as { done: GateVerdict }).done;
    note('judge again, with no scores', 'done: "hold"', { done: verdict });
    note('sign after that', 'DecisionRefused', await foreigner.have('research', 'signRelease', await signing({})));
  });

  it('cannot decide for the operators', async () => {
    const decide = async (decision: Decision): Promise<Seen> => {
      try {
        return { done: await ship.executeUpdate<string, [Decision]>('decide', { args: [decision] }) };
      } catch (error) {
        return {
          refused: String((error as Error).cause)
            .replace(/^\w+: /, '')
            .slice(0, 45),
        };
      }
    };
    const words = { verdict: 'approve', by: 'ann', reason: 'I say so' } as const;
    note('approve in words', 'an approval must be signed by an operator: `b', await decide(words));
    note('approve with his own key', 'the decision is refused: 1 operators must sig', await decide(foreignApproval()));
    await ship.signal<[Decision]>('decide', words);
    assert.equal((await ship.query<{ stage: string }, []>('progress')).stage, 'Held');
  });

  it('cannot publish, record as live, roll back or revoke what was never signed', async () => {
    const { shipId } = subject;
    const release = { modelVersion: 1, counter: 1, payloadSha256: PAYLOAD };
    const at = new Date().toISOString();
    const told = { shipId, payloadSha256: PAYLOAD, counter: 1, swappedAt: at, healthy: false, faults: ['x'], at };
    const sighting = signSighting({ kind: 'believe.sighting', version: 1, ...told }, [OWN_KEY]);
    const have = (step: string, more: object = {}) => foreigner.have('research', step, { shipId, release, ...more });
    note('publish', 'ReleaseMissing', await have('publishRelease'));
    note('record as live', 'SightingRefused', await have('recordLive'));
    note('record as live, with a sighting of his own', 'SightingRefused', await have('recordLive', { sighting }));
    note('roll back', 'SightingRefused', await have('signRollback', { faulty: release, reasons: ['x'], sighting }));
    note('what was signed', 'done: null', await have('signedRelease'));
    note('revoke', 'done: null', await have('revokeRelease', { reason: 'x' }));
    assert.deepEqual(releases(), []);
  });

  it('cannot arm what is not there, nor leave a line about somebody else’s ship, nor halt', async () => {
    const have = (step: string, more: object = {}) => foreigner.have('broker', step, { ...toLoad(), ...more });
    note('arm what is not there', 'DeliveryMissing', await have('armSwap', { notBeforeMarketMs: 0 }));
    note('verify what is not there', 'DeliveryMissing', await have('verifyRelease'));
    note('watch what does not trade', 'NotTrading', await have('observeRelease', { marketSeconds: 1 }));
    note('halt trading', 'NotTrading', await have('haltTrading', { reason: 'I say so' }));
    const broker = (...names: string[]) => path.join(testHome.home, 'broker', ...names);
    for (const file of [broker('armed', 'swap.json'), broker('control', 'halt.json')])
      assert.equal(existsSync(file), false);
    assert.deepEqual(testHome.swaps(), []);
  });

  it('leaves the ship to be approved by the operator, and cannot undo that either', async () => {
    const approved = await testHome.believe('ship', 'approve', '--reason', 'seen the card');
    assert.equal(approved.code, 0, approved.stderr);
    await up.until(/LIVE: believe-v1/);
    const [swap] = testHome.swaps();
    const { shipId, payloadSha256 } = swap!;
    const { result } = await foreigner.read(ship.workflowId, 'observeRelease');
    const { sighting } = result as { sighting: object };
    const faulty = { modelVersion: 1, counter: 1, payloadSha256 };
    const rollback = { shipId, faulty, reasons: ['x'], sighting };
    note('roll back what is healthy', 'SignerRefused', await foreigner.have('research', 'signRollback', rollback));
    note(
      'revoke what trades',
      'done: null',
      await foreigner.have('research', 'revokeRelease', { shipId, reason: 'x' }),
    );
    const published = path.join(testHome.home, 'research', 'published');
    assert.equal(existsSync(path.join(published, 'revocations.dsse.json')), false);
    const other = { shipId: 'ship/other~0a1b2c3d', reason: 'x' };
    note('halt for another ship', 'NotTrading', await foreigner.have('broker', 'haltTrading', other));
    const own = { shipId, reason: 'x' };
    note('halt for a ship that does well', 'NotSeenToFail', await foreigner.have('broker', 'haltTrading', own));
    assert.equal(testHome.swaps().length, 1);
    assert.deepEqual(
      releases().map(({ state }) => state),
      ['live'],
    );
  });
});
