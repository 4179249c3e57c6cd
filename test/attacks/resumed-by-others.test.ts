import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { DsseEnvelope } from '../../shared/trust/dsse.js';
import { generateSigningKey } from '../../shared/trust/ed25519-key.js';
import { actOf, signAct } from '../../shared/trust/operator-act.js';
import { STATEMENT_LIFETIME_MS } from '../../shared/trust/signed-for-minutes.js';
import { ACCOUNT, Rig } from '../bridge/rig.js';
import { signedLimits, signedResume } from '../bridge/signed-request.js';

const MAIN = fileURLToPath(new URL('../../cli/main.js', import.meta.url));
/** What was refused is told for as long as in earnest. */
const PATIENT = { tuning: { alarmQuietMs: 30_000 } };
const words = (more: object = {}) => ({
  ...{ v: 1, by: 'mallory', reason: 'go on', at: new Date().toISOString() },
  ...more,
});

describe('attack: whoever may write into control/ lets a halted bridge trade on', function () {
  this.timeout(120_000);
  let rig: Rig;
  beforeEach(async () => {
    rig = await Rig.start();
    await rig.startBridge(PATIENT);
    rig.toys.arm(await rig.toys.accept(1), 0);
    await rig.until('fills', ({ fills }) => fills > 0);
    await rig.quiet();
  });
  afterEach(() => rig.end());

  const file = (name: string) => path.join(rig.broker, 'control', name);
  const now = () => ({ account: ACCOUNT, nowMs: Date.now() });

  /** Refused in words, and nothing is sent. */
  const refused = async (request: object, why: RegExp) => {
    const sent = rig.gateway.ledger.orders.size;
    rig.leave('resume', request);
    await rig.untilTrue('the request is gone', () => !existsSync(file('resume.json')));
    const goneAt = new Date().toISOString();
    const status = await rig.until('refused', ({ alarms, wallTime }) =>
      Boolean(wallTime > goneAt && alarms?.some(({ alarm, detail }) => alarm === 'ActRefused' && why.test(detail))),
    );
    assert.equal(status.trading, 'halted');
    assert.ok(status.halts?.['kill-switch'], 'the kill switch is on');
    assert.equal(rig.gateway.ledger.orders.size, sent);
  };

  const resumed = () => rig.until('resumed', ({ trading }) => trading === 'armed');

  it('in words: refused, with the sentence that says how to sign', async () => {
    await refused(words(), /not signed by an operator; an operator signs it with: believe bridge resume --reason WHY/);
    await refused(words({ takePosition: true }), /not signed/);
  });

  it('by removing the kill switch: it stays, also over a restart, until an operator resumes', async () => {
    rmSync(file('halt.json'));
    const isOn = ({ halts, trading, connection }: { halts?: unknown; trading: string; connection: string }) =>
      connection === 'ready' && trading === 'halted' && Boolean((halts as Record<string, string>)['kill-switch']);
    const after = new Date(Date.now() + 1500).toISOString();
    await rig.until('still on', (status) => status.wallTime > after && isOn(status));
    await rig.stopBridge();
    await rig.startBridge(PATIENT);
    await rig.until('still on', (status) => status.startedAt > after && isOn(status));
    rig.ask('resume');
    await resumed();
  });

  it('with a key that is no operator, an act for another account, or one that was changed', async () => {
    const genuine = signedResume(now());
    await refused(signAct(actOf(genuine), [generateSigningKey()]), /signatures that count: none/);
    await refused(signedResume({ ...now(), account: 'DU9999999' }), /for account DU9999999/);
    await refused(signedLimits(now(), rig.config.risk), /signed for something else: limits/);
    const act = { ...actOf(genuine), takePosition: true };
    const changed = { ...genuine, payload: Buffer.from(JSON.stringify(act)).toString('base64') };
    await refused(changed, /signatures that count: none/);
  });

  it('with an old statement: expired, signed before the halt, or signed in store', async () => {
    await refused(signedResume({ account: ACCOUNT, nowMs: Date.now() - STATEMENT_LIFETIME_MS }), /has expired/);
    await refused(signedResume({ account: ACCOUNT, nowMs: Date.now() - 60_000 }), /kill-switch halted trading after/);
    await refused(signedResume({ account: ACCOUNT, nowMs: Date.now() + 120_000 }), /still to come/);
  });

  it('with a statement that was obeyed before, also after a restart', async () => {
    const genuine: DsseEnvelope = signedResume(now());
    rig.leave('resume', genuine);
    await resumed();
    await rig.quiet();
    await refused(genuine, /obeyed before|after it was signed/);
    rig.ask('resume');
    await resumed();
    const again = signedResume(now());
    await sleep(1000);
    await rig.quiet();
    rig.leave('resume', again);
    await rig.until('refused', () => !existsSync(file('resume.json')));
    await rig.stopBridge();
    await rig.startBridge(PATIENT);
    await refused(genuine, /obeyed before|after it was signed/);
  });

  it('halting and flattening need no signature: they only lessen risk', async () => {
    rig.ask('resume');
    await resumed();
    rig.leave('flatten', words());
    await rig.until('flat', ({ positionContracts, halts }) => positionContracts === 0 && halts?.flatten !== undefined);
  });

  it('and an operator does it by command, whose statement is kept', async () => {
    rig.writeHome();
    const believe = (...args: string[]) =>
      promisify(execFile)(process.execPath, [MAIN, 'bridge', ...args, '--home', rig.home, '--json']);
    const printed = path.join(rig.home, 'printed.json');
    writeFileSync(printed, (await believe('resume', '--reason', 'all is well', '--print')).stdout);
    assert.equal(rig.status()?.trading, 'halted', 'printing does nothing');
    const { stdout } = await believe('resume', '--signed', printed);
    assert.equal(JSON.parse(stdout).done, true);
    const kept = readFileSync(path.join(rig.broker, 'trust', 'acts.jsonl'), 'utf8')
      .trim()
      .split('\n');
    const last = actOf(JSON.parse(kept.at(-1)!).signed);
    assert.deepEqual([last.act, last.by, last.reason], ['resume', 'toy operator', 'all is well']);
    await rig.quiet();
    await assert.rejects(believe('resume', '--signed', printed), (error: { stderr: string }) => {
      assert.match(error.stderr, /does not obey \(resume\): .*(obeyed before|after it was signed)/);
      return true;
    });
  });
});
