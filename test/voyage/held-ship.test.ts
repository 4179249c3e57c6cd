import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { obtainTemporal } from '../../setup/temporal-binary.js';
import { Berth, SHARED_DATA } from './berth.js';

const DATA = path.join(SHARED_DATA, 'es-depth/ESU9-20190829.depth.jsonl.gz');
const BARS = path.join(SHARED_DATA, 'bars/NQ-5m-20241202-20250929.csv.gz');
const REAL_INPUT = ['--data', DATA, '--bars', BARS];

describe('a ship on four minutes of a real book', function () {
  this.timeout(300_000);
  let berth: Berth;
  beforeEach(async () => {
    berth = await Berth.open();
  });
  afterEach(() => berth.close());

  it('is held with its reasons, and with --once ends with 1', async () => {
    const { code, stdout, stderr } = await berth.believe('up', '--once', '--json', ...REAL_INPUT);
    assert.equal(code, 1, stderr);
    const report = JSON.parse(stdout) as { held: boolean; reasons: string[]; release: null };
    assert.equal(report.held, true);
    assert.equal(report.release, null);
    assert.match(report.reasons.join('\n'), /minutes of labelled book data on 1 trade date/);
  });

  it('goes live with --approve, and the override is in the signed manifest', async () => {
    const approve = ['--approve', 'a sample run', '--by', 'ann'];
    const { code, stdout, stderr } = await berth.believe('up', '--once', '--json', ...REAL_INPUT, ...approve);
    assert.equal(code, 0, stderr);
    const report = JSON.parse(stdout) as { held: boolean; decision: object; artefacts: { envelope: string } };
    const decision = { verdict: 'approve', by: 'ann', reason: 'a sample run' };
    assert.deepEqual([report.held, report.decision], [true, decision]);
    const { predicate } = berth.statement(report.artefacts.envelope);
    assert.deepEqual([predicate.gateVerdict, predicate.decision, predicate.synthetic], ['hold', decision, false]);
  });

  it('stays held through a stop and a start, is found by its stage, and goes on when approved', async () => {
    const first = berth.start('up', ...REAL_INPUT);
    await first.until(/decide with/);
    assert.deepEqual(await heldShips(berth), 1);
    assert.equal((await first.stop()).code, 0);

    const second = berth.start('up');
    await second.until(/held:/);
    assert.deepEqual(await heldShips(berth), 1);
    const status = await berth.believe('ship', 'status', '--json');
    assert.equal(JSON.parse(status.stdout).ships[0].stage, 'Held');
    const unnamed = await berth.believe('ship', 'approve', '--by', ' ', '--reason', 'x');
    assert.notEqual(unnamed.code, 0);
    const approved = await berth.believe('ship', 'approve', '--by', 'ann', '--reason', 'seen the card');
    assert.equal(approved.code, 0, approved.stderr);
    await second.until(/LIVE: believe-v1/);
    assert.equal((await second.stop()).code, 0);
    assert.equal(berth.swaps().length, 1);
  });
});

async function heldShips(berth: Berth): Promise<number> {
  const { path: temporal } = await obtainTemporal();
  const query = 'ShipStage="Held"';
  const args = ['workflow', 'count', '--address', berth.temporalAddress, '--namespace', 'believe', '--query', query];
  const { stdout, stderr, status } = spawnSync(temporal, args, { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return Number(/Total: (\d+)/.exec(stdout)?.[1]);
}
