import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { takeHome } from '../../bridge/disk/home-lock.js';
import { ALL_STEPS } from '../../bridge/paper-check/all-steps.js';
import type { RehearsalReport } from '../../bridge/paper-check/report.js';
import { rehearsalText } from '../../cli/bridge/rehearsal-text.js';
import type { Config } from '../../shared/config/config.js';
import { globexSessionOf } from '../../shared/market/calendar/cme-calendar.js';
import type { MarketClock } from '../../shared/market/clock/market-clock.js';
import { handy, notTheSame, rehearseOn, STEPS_ALONE, startPaperRig } from './paper-rig.js';
import { ACCOUNT, jsonLines, type Rig } from './rig.js';

const TRADE_DATE = '2019-08-29';
const SESSION_END_MS = globexSessionOf(TRADE_DATE)!.globexCloseMs;
const RACES = { do: 'cancelFillRace', ms: 50, times: 3 } as const;

describe('the rehearsal on a paper account', function () {
  this.timeout(60_000);
  let rig: Rig;
  afterEach(() => rig.end());

  const assertNothingLeft = (report: RehearsalReport) => {
    assert.equal(report.isFlat, true, JSON.stringify(report.left));
    assert.equal(rig.accountContracts, 0);
    assert.deepEqual(rig.gateway.ledger.live(), []);
  };

  it('expects of every step what the simulator does', async () => {
    rig = await startPaperRig();
    rig.gateway.inject(RACES);
    // The first cancels of live orders are those of U4 here: what is too late is counted below.
    const race = await rehearseOn(rig, ['U4'], { patience: { raceTries: 3 } });
    assert.deepEqual(notTheSame(race), []);
    const report = await rehearseOn(
      rig,
      STEPS_ALONE.filter((id) => id !== 'U4'),
    );
    assert.deepEqual(notTheSame(report), []);
    assert.equal(report.interrupted, null);
    assertNothingLeft(report);
  });

  it('expects of an order that filled before its cancel what the simulator does', async () => {
    rig = await startPaperRig({ gateway: { speed: 100 } });
    const report = await rehearseOn(rig, ['U4'], { patience: { raceTries: 3, raceMs: 1000 } });
    const late = report.steps[0]!.observations.find(({ question }) => question === 'filled before the cancel came');
    assert.equal(late?.verdict, 'same', JSON.stringify(report.steps));
    assertNothingLeft(report);
  });

  it('expects of what is done by hand what the simulator does', async () => {
    rig = await startPaperRig();
    const acts: readonly (readonly [asked: RegExp, act: () => void])[] = [
      [/change the price/, () => {}],
      [/cancel BUY 1 ESU9/, () => rig.gateway.inject({ do: 'cancelByHand' })],
      [/buy 1 ESU9/, () => rig.gateway.inject({ do: 'manualTrade', side: 'BUY', quantity: 1 })],
      [/close the position/, () => rig.gateway.inject({ do: 'closeByHand' })],
      [/pull the network cable/, () => rig.gateway.inject({ do: 'connectivityLost' })],
      [/plug the cable in/, () => rig.gateway.inject({ do: 'connectivityRestored', code: 1102 })],
      [/log in elsewhere/, () => rig.gateway.inject({ do: 'notice', code: 10197, muteMs: 'until-unmute' })],
      [/log out there/, () => rig.gateway.inject({ do: 'unmute' })],
    ];
    const asked: string[] = [];
    const person = handy((instruction) => {
      asked.push(instruction);
      const act = acts.find(([pattern]) => pattern.test(instruction));
      assert.ok(act, instruction);
      act[1]();
    });
    const ids = ALL_STEPS.filter(({ kind }) => kind === 'by hand').map(({ id }) => id);
    const report = await rehearseOn(rig, ids, { person, patience: { personMs: 1500 } });
    // The simulator has nobody who changes a price.
    assert.deepEqual(notTheSame(report), ['U11 change of price: null (simulator: null)']);
    assert.equal(asked.length, acts.length);
    assertNothingLeft(report);
  });

  it('expects of an order while the exchange is shut what the simulator does', async () => {
    rig = await startPaperRig();
    const report = await rehearseOn(rig, ['U9'], { clock: clockAt(SESSION_END_MS + 60_000) });
    assert.deepEqual(notTheSame(report), []);
    assertNothingLeft(report);
  });

  it("expects of a DAY order at the session's end what the simulator does", async () => {
    const clock = clockAt(SESSION_END_MS - 3000);
    rig = await startPaperRig({ gateway: { now: () => clock.nowMs() } });
    const report = await rehearseOn(rig, ['U10'], { clock });
    assert.deepEqual(notTheSame(report), []);
    assertNothingLeft(report);
  });

  const differing = async (id: string, fault: Parameters<Rig['gateway']['inject']>[0] | null, settings = {}) => {
    rig = await startPaperRig({ gateway: { settings } });
    if (fault) rig.gateway.inject(fault);
    const report = await rehearseOn(rig, [id]);
    assert.equal(report.steps[0]!.verdict, 'different', rehearsalText(report));
    assertNothingLeft(report);
    return report.steps[0]!.observations.filter(({ verdict }) => verdict === 'different').map(
      ({ observed }) => observed,
    );
  };

  it('tells executions that come after the status', async () => {
    const late = { do: 'executionsLate', ms: 30, times: 100 } as const;
    assert.deepEqual(await differing('U1', late), ['openOrder Filled, orderStatus Filled, execution, commission']);
  });

  it('tells states that the simulator does not have by itself', async () => {
    const statusDelays = { pendingSubmitMs: 30, preSubmittedMs: 30, cancelMs: 30 };
    assert.deepEqual(await differing('U2', null, { statusDelays }), [
      'PendingSubmit, PreSubmitted, Submitted, PendingCancel, Cancelled',
    ]);
  });

  it('tells a refusal where the simulator takes the order, with its state and code', async () => {
    assert.deepEqual(await differing('U7', { do: 'rejectOrder', code: 163, status: 'none' }), ['163 alone']);
    await rig.end();
    assert.deepEqual(await differing('U7', { do: 'inactive', code: 201 }), ['Inactive, 201']);
  });

  it('tells of a try that went as none of the simulator does', async () => {
    rig = await startPaperRig({ gateway: { speed: 0 } });
    await rig.gateway.step(500);
    rig.gateway.inject({ do: 'refuseCancel', code: 161, times: 1 });
    const report = await rehearseOn(rig, ['U4'], { patience: { raceTries: 2, answerMs: 500 } });
    const observed = report.steps[0]!.observations.map((one) => `${one.question}: ${one.observed}`);
    assert.deepEqual(observed, [
      'cancelled in time: Cancelled, 202; filled 0, no execution',
      'neither: Submitted, 161; filled 0, no execution',
      'cancelled and filled: null',
    ]);
    assertNothingLeft(report);
  });

  it('refuses a live account, a login that has one, and live mode, before anything is sent', async () => {
    rig = await startPaperRig({ gateway: { settings: { accounts: [ACCOUNT, 'U1234567'] } } });
    await assert.rejects(rehearseOn(rig, ['U2']), { name: 'AccountRefused', message: /U1234567.*paper accounts only/ });
    const withGateway = (gateway: Partial<Config['gateway']>) => ({
      config: { ...rig.config, gateway: { ...rig.config.gateway, ...gateway } },
    });
    const live = withGateway({ mode: 'live', account: ACCOUNT, liveAccount: ACCOUNT });
    await assert.rejects(rehearseOn(rig, ['U2'], live), { name: 'AccountRefused', message: /mode is live/ });
    const named = withGateway({ account: 'U1234567' });
    await assert.rejects(rehearseOn(rig, ['U2'], named), { name: 'AccountRefused', message: /no paper account/ });
    assert.equal(rig.gateway.ledger.orders.size, 0);
  });

  it('refuses an account that holds the product or has an open order', async () => {
    rig = await startPaperRig();
    rig.gateway.inject({ do: 'manualTrade', side: 'BUY', quantity: 2 });
    await rig.untilTrue('the account holds two', () => rig.accountContracts === 2);
    await assert.rejects(rehearseOn(rig, ['U2']), { name: 'AccountNotQuiet', message: /holds 2 ESU9/ });
    rig.gateway.inject({ do: 'closeByHand' });
    rig.gateway.inject({ do: 'manualOrder', side: 'BUY', quantity: 1, limitPrice: 2000 });
    await assert.rejects(rehearseOn(rig, ['U2']), { name: 'AccountNotQuiet', message: /open orders \(1\)/ });
    assert.equal(rig.accountContracts, 0);
  });

  it('refuses while a bridge runs on the home, or anywhere else under the client id', async () => {
    rig = await startPaperRig();
    const lock = await takeHome(rig.broker);
    await assert.rejects(rehearseOn(rig, ['U2']), { name: 'BridgeRunning' });
    lock.release();
    await rig.startBridge();
    await rig.until('connected', ({ up }) => up === true);
    const elsewhere = await startPaperRig();
    try {
      const config = { ...elsewhere.config, gateway: rig.config.gateway };
      await assert.rejects(rehearseOn(elsewhere, ['U2'], { config }), { name: 'ClientIdInUse' });
    } finally {
      await elsewhere.end();
    }
  });

  it('closes the position and cancels its order where it is stopped in the middle of a step', async () => {
    rig = await startPaperRig();
    const stop = new AbortController();
    const person = handy(() => stop.abort());
    const report = await rehearseOn(rig, ['U13', 'U14'], { person, signal: stop.signal });
    assert.match(report.interrupted ?? '', /asked to stop/);
    assert.deepEqual(
      report.steps.map(({ id }) => id),
      ['U13'],
    );
    assert.equal([...rig.gateway.ledger.orders.values()].filter(({ status }) => status === 'Cancelled').length, 1);
    assertNothingLeft(report);
  });

  it('comes back to close the position where the connection is lost in the middle of a step', async () => {
    rig = await startPaperRig();
    const person = handy(() => rig.gateway.inject({ do: 'reset' }));
    const report = await rehearseOn(rig, ['U13', 'U14'], { person });
    assert.match(report.interrupted ?? '', /closed the connection|socket/);
    assertNothingLeft(report);
  });

  it('says what is left where it cannot be closed', async () => {
    rig = await startPaperRig();
    rig.gateway.inject({ do: 'refuseCancel', times: 1000 });
    const report = await rehearseOn(rig, ['U2', 'U3'], { patience: { answerMs: 500, closeMs: 1000 } });
    assert.equal(report.isFlat, false);
    assert.match(report.interrupted ?? '', /U2 could not be closed/);
    assert.match(report.left.openOrders![0]!, /BUY 1 ESU9 at \d+.*permId/);
    assert.match(rehearsalText(report), /NOT CLOSED: position 0; open: BUY 1 ESU9/);
  });

  it('never holds more than one contract, nor could', async () => {
    rig = await startPaperRig();
    let most = 0;
    const watch = setInterval(() => {
      const live = rig.gateway.ledger.live().filter(({ terms }) => terms.tif !== 'IOC');
      const open = (side: string) =>
        live.filter((order) => order.side === side).reduce((sum, one) => sum + one.quantity, 0);
      most = Math.max(most, rig.accountContracts + open('BUY'), -rig.accountContracts + open('SELL'));
    }, 1);
    const report = await rehearseOn(rig, STEPS_ALONE);
    clearInterval(watch);
    assert.equal(most, 1);
    assertNothingLeft(report);
  });

  it('sends nothing of a step that is not wanted, and asks with what it costs', async () => {
    rig = await startPaperRig();
    const asked: string[] = [];
    const person = {
      ...handy(() => {}),
      allows: async ({ id }: { id: string }, cost: string) => {
        asked.push(`${id}: ${cost}`);
        return false;
      },
    };
    const report = await rehearseOn(rig, ['U1', 'U19'], { person });
    assert.deepEqual(
      report.steps.map(({ id, why }) => [id, why]),
      [
        ['U1', 'not wanted'],
        ['U19', null],
      ],
    );
    assert.deepEqual(asked, [
      'U1: sends at most 10 orders for 1 ESU9; costs at most 10 commissions and about 5 spreads (a tick is 12.5 USD), of paper money',
    ]);
    assert.equal(rig.gateway.ledger.orders.size, 0);
  });

  it('records every message, sent and received, with its time, in a file of its own', async () => {
    rig = await startPaperRig();
    const report = await rehearseOn(rig, ['U2']);
    assert.equal(path.dirname(report.recording), path.join(rig.broker, 'rehearsals'));
    assert.doesNotMatch(path.basename(report.recording), /:/);
    const lines = jsonLines(report.recording);
    const events = lines.filter(({ step }) => step === 'U2').map(({ event }) => event);
    for (const event of ['openOrder', 'orderStatus', 'error']) assert.ok(events.includes(event), event);
    assert.ok(lines.some(({ sent }) => Array.isArray(sent)));
    assert.ok(
      lines.every(({ wallTime, monotonicMs }) => typeof wallTime === 'string' && typeof monotonicMs === 'number'),
    );
  });
});

describe('the steps of the rehearsal', () => {
  it('are the points of the checklist in docs/simulator.md', () => {
    const checklist = readFileSync('docs/simulator.md', 'utf8').matchAll(/- \[ \] \*\*(U\d+) /g);
    assert.deepEqual(
      ALL_STEPS.map(({ id }) => id),
      [...checklist].map((match) => match[1]),
    );
  });
});

/** A clock that runs like the machine's, at another time. */
function clockAt(nowMs: number): MarketClock {
  const offsetMs = nowMs - Date.now();
  return {
    nowMs: () => Date.now() + offsetMs,
    marketMsAt: (wallMs) => wallMs + offsetMs,
    wallMsAt: (marketMs) => marketMs - offsetMs,
  };
}
