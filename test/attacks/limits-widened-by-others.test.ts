import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startBridge } from '../../bridge/bridge.js';
import type { RiskLimits } from '../../shared/config/risk.js';
import { ACCOUNT, QUICK, Rig } from '../bridge/rig.js';
import { signedLimits } from '../bridge/signed-request.js';

const MAIN = fileURLToPath(new URL('../../cli/main.js', import.meta.url));

describe('attack: whoever may write the settings widens the limits of live trading', function () {
  this.timeout(120_000);
  let rig: Rig;
  afterEach(() => rig.end());

  const startWithin = async (risk: Partial<RiskLimits>) => {
    const { config } = rig;
    const changed = { ...config, risk: { ...config.risk, ...risk } };
    // What was refused is told for as long as in earnest.
    const tuning = { ...QUICK, alarmQuietMs: 30_000 };
    rig.bridge = await startBridge({ ...rig.bridgeOptions, tuning, config: changed });
    rig.writeHome();
    writeFileSync(path.join(rig.home, 'config.json'), JSON.stringify(changed));
  };
  const ready = (what: string, isSo: (halts: Record<string, string>) => boolean) =>
    rig.until(what, ({ connection, halts, startedAt }) => {
      return connection === 'ready' && startedAt > since && isSo({ ...halts });
    });
  let since = '';
  const restartWithin = async (risk: Partial<RiskLimits>) => {
    await rig.stopBridge();
    since = new Date().toISOString();
    await startWithin(risk);
  };

  it('opens nothing, keeps to the accepted limits, and says what to sign', async () => {
    rig = await Rig.start();
    await startWithin({});
    rig.toys.arm(await rig.toys.accept(1), 0);
    await rig.until('fills', ({ fills }) => fills > 0);
    await restartWithin({ maxPositionContracts: 5, maxDailyLossUsd: 2e9, flattenBeforeCloseSeconds: 1 });
    const status = await ready('halted', (halts) => 'limits' in halts);
    assert.match(
      status.haltReason ?? '',
      /limits: .*maxPositionContracts 5 instead of 1, .*maxDailyLossUsd 2000000000 instead of 1000000000, .*believe bridge limits --sign/,
    );
    assert.equal(status.limits?.maxPositionContracts?.limit, 1, 'those accepted hold');
    assert.ok(status.alarms?.some(({ alarm }) => alarm === 'LimitsNotSigned'));
    rig.ask('resume');
    await rig.until('the request is taken', ({ wallTime }) => wallTime > new Date(Date.now() - 500).toISOString());
    await ready('still halted', (halts) => 'limits' in halts);
    await restartWithin({ maxDailyLossUsd: 1000 });
    const tighter = await ready('tighter needs nobody', (halts) => Object.keys(halts).length === 0);
    assert.equal(tighter.limits?.maxDailyLossUsd?.limit, 1000);
    await restartWithin({});
    await ready('and back to what was accepted', (halts) => !('limits' in halts));
  });

  it('an operator signs them by command: the bridge trades within them at once, and after a restart', async () => {
    rig = await Rig.start();
    await startWithin({});
    const believe = async (...args: string[]) => {
      const ran = promisify(execFile)(process.execPath, [MAIN, 'bridge', ...args, '--home', rig.home, '--json']);
      return JSON.parse((await ran.catch((error: { stdout: string }) => error)).stdout);
    };
    await restartWithin({ maxPositionContracts: 5 });
    await ready('halted', (halts) => 'limits' in halts);
    assert.deepEqual((await believe('limits')).looser, ['maxPositionContracts']);
    assert.equal((await believe('limits', '--sign', '--reason', 'a larger account')).done, true);
    const wide = await ready('wider', (halts) => !('limits' in halts));
    assert.equal(wide.limits?.maxPositionContracts?.limit, 5);
    await restartWithin({ maxPositionContracts: 5 });
    await ready('after a restart', (halts) => !('limits' in halts));
    const shown = await believe('limits');
    assert.deepEqual([shown.accepted.signedBy, shown.looser], ['toy operator', []]);
  });

  it('with words, another key or an old statement: refused', async () => {
    rig = await Rig.start();
    await startWithin({});
    await restartWithin({ maxPositionContracts: 5 });
    await ready('halted', (halts) => 'limits' in halts);
    const wide = { ...rig.config.risk, maxPositionContracts: 5 };
    const refused = (why: RegExp) =>
      rig.until(`refused: ${why}`, ({ alarms, halts }) =>
        Boolean(alarms?.some(({ alarm, detail }) => alarm === 'ActRefused' && why.test(detail)) && halts?.limits),
      );
    rig.leave('limits', { v: 1, by: 'mallory', reason: 'more', at: new Date().toISOString() });
    await refused(/\(limits\) is refused: it is not signed by an operator; .*believe bridge limits --sign/);
    const genuine = signedLimits({ account: ACCOUNT, nowMs: Date.now() }, wide);
    rig.leave('limits', {
      ...genuine,
      signatures: [{ ...genuine.signatures[0]!, sig: Buffer.alloc(64).toString('base64') }],
    });
    await refused(/signatures that count: none/);
    rig.leave('limits', genuine);
    await ready('accepted', (halts) => !('limits' in halts));
    await restartWithin({});
    rig.leave('limits', signedLimits({ account: ACCOUNT, nowMs: Date.now() }, rig.config.risk));
    await restartWithin({ maxPositionContracts: 5 });
    await ready('signed back', (halts) => 'limits' in halts);
    rig.leave('limits', genuine);
    await refused(/obeyed before/);
  });

  it('without operators in the root of trust the settings hold, and nothing asks for a signature', async () => {
    rig = await Rig.start();
    rmSync(path.join(rig.broker, 'trust', 'root.json'));
    await startWithin({});
    await restartWithin({ maxPositionContracts: 5 });
    await ready('not halted', (halts) => Object.keys(halts).length === 0);
    rig.leave('halt', { v: 1, by: 'test', reason: 'drill', at: new Date().toISOString() });
    await rig.until('halted', ({ halts }) => halts?.['kill-switch'] !== undefined);
    rig.leave('resume', { v: 1, by: 'test', reason: 'drill', at: new Date().toISOString() });
    await rig.until('resumed', ({ halts }) => halts?.['kill-switch'] === undefined);
  });
});
