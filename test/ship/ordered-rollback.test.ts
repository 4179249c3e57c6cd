import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { obtainTemporal } from '../../setup/temporal-binary.js';
import type { RollbackInput } from '../../shared/orchestration/ship/messages.js';
import { generateSigningKey } from '../../shared/trust/ed25519-key.js';
import { orderNow, signOrder } from '../../shared/trust/rollback-order.js';
import { type Running, TestHome } from './test-home.js';

/** The running default set-up on its SYNTHETIC market: v1 traded, v2 trades and has nothing wrong with it. */
describe('a rollback that an operator wants', function () {
  this.timeout(300_000);
  let testHome: TestHome;
  let up: Running;
  before(async () => {
    testHome = await TestHome.open();
    const first = await testHome.believe('up', '--once', '--json');
    assert.equal(first.code, 0, first.stderr);
    up = testHome.start('up', '--recipe', 'improved');
    await up.until(/LIVE.*believe-v2/);
  });
  after(async () => {
    await up?.stop();
    await testHome?.close();
  });

  const temporal = async (...args: string[]): Promise<string> => {
    const { path: program } = await obtainTemporal();
    const where = ['--address', testHome.temporalAddress, '--namespace', 'believe'];
    const { stdout, stderr } = spawnSync(program, [...args, ...where], { encoding: 'utf8' });
    return stdout + stderr;
  };
  const start = (id: string, input: string) => {
    const kind = ['--type', 'rollBackModel', '--task-queue', 'believe-workflows'];
    return temporal('workflow', 'execute', ...kind, '--workflow-id', id, '--input', input);
  };

  it('is refused unsigned, and signed by a stranger; both times it says how to sign', async () => {
    assert.match(await start('rollback/unsigned', '{"to":1,"by":"ann"}'), /believe ship rollback --to N --reason WHY/);
    const printed = await testHome.believe('ship', 'rollback', '--to', '1', '--reason', 'x', '--print');
    const { payload } = JSON.parse(printed.stdout) as RollbackInput;
    const { live, to } = JSON.parse(Buffer.from(payload, 'base64').toString());
    const said = orderNow({ live, to, by: 'ann', reason: 'x', nowMs: Date.now() });
    const foreign = signOrder(said, [generateSigningKey()]);
    assert.match(await start('rollback/foreign', JSON.stringify(foreign)), /1 operators must sign it/);
    assert.equal(testHome.swaps().length, 2);
  });

  it('swaps to the older bytes at once, under a higher counter, and is on record', async () => {
    const back = await testHome.believe('ship', 'rollback', '--to', '1', '--reason', 'v2 loses at the close', '--json');
    assert.equal(back.code, 0, back.stderr);
    const { modelVersion, workflowId } = JSON.parse(back.stdout) as { modelVersion: number; workflowId: string };
    assert.equal(modelVersion, 3);
    const swaps = testHome.swaps();
    assert.deepEqual(
      swaps.map((swap) => [swap.modelVersion, swap.outcome, swap.priorModelVersion]),
      [
        [1, 'swapped', null],
        [2, 'swapped', 1],
        [3, 'swapped', 2],
      ],
    );
    assert.deepEqual(swaps[2]!.heads, swaps[0]!.heads);
    const status = await testHome.believe('ship', 'status', workflowId, '--json');
    assert.equal(JSON.parse(status.stdout).ships[0].stage, 'Live');
    const audit = await testHome.believe('audit', '--json');
    assert.equal(audit.code, 0, audit.stdout);
    assert.match(audit.stdout, /ordered v3 \(counter 3\), back from v2 to v1: v2 loses at the close/);
    const ledger = await testHome.believe('release', 'list', '--json');
    const states = JSON.parse(ledger.stdout).releases.map(({ state }: { state: string }) => state);
    assert.deepEqual(states, ['live', 'live', 'live']);
  });

  it('can be pasted into temporal, once: the same order again makes nothing', async () => {
    const printed = await testHome.believe('ship', 'rollback', '--to', '2', '--reason', 'v1 was no better', '--print');
    assert.equal(printed.code, 0, printed.stderr);
    assert.match(await start('rollback/pasted', printed.stdout), /"modelVersion":\s*4/);
    assert.match(await start('rollback/again', printed.stdout), /it has made v4 already/);
    assert.deepEqual(
      testHome.swaps().map(({ modelVersion }) => modelVersion),
      [1, 2, 3, 4],
    );
  });
});
