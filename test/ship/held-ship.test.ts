import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { sampleFile } from '../../setup/sample-data.js';
import { obtainTemporal } from '../../setup/temporal-binary.js';
import type { Decision } from '../../shared/orchestration/ship/messages.js';
import { TestHome } from './test-home.js';

const DATA = sampleFile('es-depth/ESU9-20190829.depth.jsonl.gz');
const BARS = sampleFile('bars/NQ-5m-20241202-20250929.csv.gz');
const REAL_INPUT = ['--data', DATA, '--bars', BARS];

describe('a ship on four minutes of a real book', function () {
  this.timeout(300_000);
  let testHome: TestHome;
  beforeEach(async () => {
    testHome = await TestHome.open();
  });
  afterEach(() => testHome.close());

  it('is held with its reasons, and with --once ends with 1', async () => {
    const { code, stdout, stderr } = await testHome.believe('up', '--once', '--json', ...REAL_INPUT);
    assert.equal(code, 1, stderr);
    const report = JSON.parse(stdout) as { held: boolean; reasons: string[]; release: null };
    assert.equal(report.held, true);
    assert.equal(report.release, null);
    assert.match(report.reasons.join('\n'), /minutes of labelled book data on 1 trade date/);
  });

  it('goes live with --approve, and the override is in the signed manifest', async () => {
    const approve = ['--approve', 'a sample run', '--by', 'ann'];
    const { code, stdout, stderr } = await testHome.believe('up', '--once', '--json', ...REAL_INPUT, ...approve);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /WARNING: .*operator.keys holds the key of operator ann/);
    const report = JSON.parse(stdout) as { held: boolean; decision: Decision; artefacts: { envelope: string } };
    const { verdict, by, reason, signed } = report.decision;
    assert.deepEqual([report.held, verdict, by, reason], [true, 'approve', 'ann', 'a sample run']);
    assert.equal(signed?.signatures.length, 1);
    const { predicate } = testHome.statement(report.artefacts.envelope);
    assert.deepEqual(
      [predicate.gateVerdict, predicate.decision, predicate.synthetic],
      ['hold', report.decision, false],
    );
  });

  it('stays held through a stop and a start, is found by its stage, and goes on when approved', async () => {
    const first = testHome.start('up', ...REAL_INPUT);
    await first.until(/decide with/);
    assert.deepEqual(await heldShips(testHome), 1);
    assert.equal((await first.stop()).code, 0);

    const second = testHome.start('up');
    await second.until(/held:/);
    assert.deepEqual(await heldShips(testHome), 1);
    const status = await testHome.believe('ship', 'status', '--json');
    assert.equal(JSON.parse(status.stdout).ships[0].stage, 'Held');
    const nobody = await testHome.believe('ship', 'approve', '--by', 'ann', '--reason', 'x');
    assert.match(nobody.stderr, /no key of operator ann/);
    const printed = await testHome.believe('ship', 'approve', '--print', '--reason', 'read the card');
    assert.equal(printed.code, 0, printed.stderr);
    const unsigned = JSON.stringify({ verdict: 'approve', by: 'ann', reason: 'read the card' });
    assert.match(await decideByTemporal(testHome, unsigned), /must be signed by an operator/);
    const foreign = printed.stdout.replace(/"sig":"...../, '"sig":"AAAAA');
    assert.match(await decideByTemporal(testHome, foreign), /operators must sign it/);
    assert.deepEqual(await heldShips(testHome), 1);
    assert.match(await decideByTemporal(testHome, printed.stdout), /approved by/);
    await second.until(/LIVE: believe-v1/);
    assert.equal((await second.stop()).code, 0);
    assert.equal(testHome.swaps().length, 1);
  });
});

/** What an operator pastes into the UI or hands to `temporal`. @returns all that it says */
async function decideByTemporal(testHome: TestHome, input: string): Promise<string> {
  const { path: temporal } = await obtainTemporal();
  const status = await testHome.believe('ship', 'status', '--json');
  const { workflowId } = JSON.parse(status.stdout).ships[0] as { workflowId: string };
  const args = ['workflow', 'update', 'execute', '--address', testHome.temporalAddress, '--namespace', 'believe'];
  const asked = ['--workflow-id', workflowId, '--name', 'decide', '--input', input];
  const { stdout, stderr } = spawnSync(temporal, [...args, ...asked], { encoding: 'utf8' });
  return stdout + stderr;
}

async function heldShips(testHome: TestHome): Promise<number> {
  const { path: temporal } = await obtainTemporal();
  const query = 'ShipStage="Held"';
  const args = ['workflow', 'count', '--address', testHome.temporalAddress, '--namespace', 'believe', '--query', query];
  const { stdout, stderr, status } = spawnSync(temporal, args, { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return Number(/Total: (\d+)/.exec(stdout)?.[1]);
}
