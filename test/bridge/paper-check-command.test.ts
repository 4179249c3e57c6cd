import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { ALL_STEPS } from '../../bridge/paper-check/all-steps.js';
import type { RehearsalReport } from '../../bridge/paper-check/report.js';
import { startPaperRig } from './paper-rig.js';
import type { Rig } from './rig.js';

const MAIN = fileURLToPath(new URL('../../cli/main.js', import.meta.url));

describe('`believe bridge rehearse`', function () {
  this.timeout(60_000);
  let rig: Rig;
  beforeEach(async () => {
    rig = await startPaperRig();
    rig.writeHome();
  });
  afterEach(() => rig.end());

  const start = (...args: string[]) => {
    const argv = [MAIN, 'bridge', 'rehearse', '--home', rig.home, ...args];
    const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
    const outcome = Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)]);
    return {
      child,
      ended: outcome.then(([[code], stdout, stderr]) => ({ code: code as number | null, stdout, stderr })),
    };
  };

  it('prints one object with --json, tells how far it is on stderr, and ends with 0', async () => {
    const { code, stdout, stderr } = await start('--only', 'U2,U19', '--yes', '--json').ended;
    assert.equal(code, 0, stderr);
    const report = JSON.parse(stdout) as RehearsalReport;
    assert.deepEqual(
      report.steps.map(({ id, verdict }) => [id, verdict]),
      [
        ['U2', 'same'],
        ['U19', 'same'],
      ],
    );
    assert.equal(report.isFlat, true);
    assert.match(stderr, /^U2 +PendingSubmit.*\n +sends at most 1 order for 1 ESU9, none of which should fill/m);
  });

  it('lists every step, what it does and what it costs, and does nothing', async () => {
    const { code, stdout } = await start('--list').ended;
    assert.equal(code, 0);
    for (const { id, title } of ALL_STEPS) assert.match(stdout, new RegExp(`^${id} +${title}`, 'm'));
    const json = JSON.parse((await start('--list', '--only', 'U1', '--json').ended).stdout) as { steps: object[] };
    assert.deepEqual(
      json.steps.map((step) => Object.keys(step).sort()),
      [['does', 'fills', 'id', 'kind', 'orders', 'title']],
    );
    assert.deepEqual(rig.gateway.clientIds, []);
  });

  it('refuses a step that there is not, and to ask where no terminal is', async () => {
    const unknown = await start('--only', 'U2,U99', '--yes').ended;
    assert.deepEqual([unknown.code, /there is no step U99/.test(unknown.stderr)], [2, true]);
    const silent = await start('--only', 'U2').ended;
    assert.deepEqual([silent.code, /give --yes/.test(silent.stderr)], [2, true]);
    assert.equal(rig.gateway.ledger.orders.size, 0);
  });

  it('closes the position after Ctrl-C in the middle of a step, though it is pressed again', async () => {
    const { child, ended } = start('--only', 'U1', '--yes', '--json');
    await rig.untilTrue('one contract is held', () => rig.accountContracts === 1);
    child.kill('SIGINT');
    // Not beyond the report: a process that is gone but for its end may be ended by anything.
    const again = setInterval(() => child.kill('SIGINT'), 10);
    child.stdout.once('data', () => clearInterval(again));
    const { code, stdout, stderr } = await ended.finally(() => clearInterval(again));
    assert.equal(code, 1, stderr);
    const report = JSON.parse(stdout) as RehearsalReport;
    assert.match(report.interrupted ?? '', /asked to stop/);
    assert.equal(report.isFlat, true);
    assert.equal(rig.accountContracts, 0);
    assert.deepEqual(rig.gateway.ledger.live(), []);
  });
});
