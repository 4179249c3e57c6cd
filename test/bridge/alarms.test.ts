import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { Alarms } from '../../bridge/alarms/alarms.js';
import { AppendLog } from '../../bridge/disk/append-log.js';
import { ALARM_NAMES, type AlarmName, alarmLine } from '../../shared/contract/alarm-line.js';
import { startGateway } from '../../simulator/start-gateway.js';
import { ACCOUNT, ES_SAMPLE, jsonLines, Rig } from './rig.js';

const QUIET_MS = 1000;

describe('alarms', () => {
  let folder: string;
  let file: string;
  let nowMs: number;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'believe-alarms-'));
    file = path.join(folder, 'alarms.jsonl');
    nowMs = Date.parse('2026-01-05T15:00:00Z');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const open = () =>
    Alarms.open(file, {
      log: pino({ level: 'silent' }),
      quietMs: QUIET_MS,
      now: () => ({ wallMs: nowMs, monotonicMs: nowMs }),
    });
  const lines = () => jsonLines(file).map((line) => alarmLine.parse(line));
  const told = () => lines().map(({ state, alarm }) => `${state} ${alarm}`);
  const raised = (alarms: Alarms) => alarms.raised.map(({ alarm }) => alarm);

  it('are a line when raised and a line when over, with the newest reason', () => {
    const alarms = open();
    alarms.raise('GatewayDown', 'since a minute');
    alarms.raise('GatewayDown', 'since two minutes');
    assert.deepEqual(alarms.raised, [
      { alarm: 'GatewayDown', since: '2026-01-05T15:00:00.000Z', detail: 'since two minutes' },
    ]);
    alarms.clear('GatewayDown');
    nowMs += QUIET_MS;
    alarms.tick();
    assert.deepEqual(alarms.raised, []);
    assert.deepEqual(told(), ['raised GatewayDown', 'cleared GatewayDown']);
    assert.deepEqual(
      lines().map(({ detail }) => detail),
      ['since a minute', 'since two minutes'],
    );
    alarms.close();
  });

  it('are one alarm while they come and go, so that the file stays small', () => {
    const alarms = open();
    for (let i = 0; i < 1000; i++) {
      alarms.note('DecisionFailed', `decision ${i}`);
      nowMs += QUIET_MS - 1;
      alarms.tick();
    }
    assert.deepEqual(told(), ['raised DecisionFailed']);
    nowMs += 1;
    alarms.tick();
    assert.deepEqual(told(), ['raised DecisionFailed', 'cleared DecisionFailed']);
    alarms.close();
  });

  it('outlive the process, and are over soon after the next one began unless it raises them again', () => {
    const first = open();
    first.raise('PositionMismatch', 'account says 2');
    first.raise('NoAnswer', 'silent');
    first.close();
    nowMs += 5000;
    const second = open();
    assert.deepEqual(second.raised[0], {
      ...{ alarm: 'PositionMismatch', since: '2026-01-05T15:00:00.000Z', detail: 'account says 2' },
    });
    second.raise('PositionMismatch', 'account still says 2');
    nowMs += QUIET_MS;
    second.tick();
    assert.deepEqual(raised(second), ['PositionMismatch']);
    assert.deepEqual(told(), ['raised PositionMismatch', 'raised NoAnswer', 'cleared NoAnswer']);
    second.close();
  });

  it('are written once the disk takes them again, in order', () => {
    const alarms = open();
    const { append } = AppendLog.prototype;
    try {
      AppendLog.prototype.append = () => {
        throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
      };
      alarms.raise('CaptureNotWritten', 'no space left');
      alarms.raise('JournalNotWritten', 'no space left');
      assert.deepEqual(raised(alarms), ['CaptureNotWritten', 'JournalNotWritten']);
      assert.deepEqual(lines(), []);
    } finally {
      AppendLog.prototype.append = append;
    }
    alarms.tick();
    assert.deepEqual(told(), ['raised CaptureNotWritten', 'raised JournalNotWritten']);
    alarms.close();
  });

  it('do not keep a bridge from starting where their file cannot be read', () => {
    writeFileSync(file, 'no JSON\n{"v":1,"alarm":"Unheard"}\n');
    const alarms = open();
    assert.deepEqual(alarms.raised, []);
    alarms.raise('GatewayDown', 'away');
    assert.equal(readFileSync(file, 'utf8').split('\n').length, 4);
    alarms.close();
  });

  it('are explained in docs/bridge.md, each of them and no other', () => {
    const section = /## Alarms\n(.*?)\n## /s.exec(readFileSync('docs/bridge.md', 'utf8'))![1]!;
    const documented = [...section.matchAll(/^\| ([A-Z]\w+) \|/gm)].map(([, name]) => name as AlarmName);
    assert.deepEqual(documented.sort(), [...ALARM_NAMES].sort());
  });
});

describe('a bridge in trouble', () => {
  let rig: Rig;
  afterEach(() => rig.end());
  const told = () => jsonLines(path.join(rig.broker, 'alarms.jsonl')).map(({ state, alarm }) => `${state} ${alarm}`);

  it('raises an alarm for a gateway that stays away, and says when it is back', async () => {
    const [day, dailyAt] = halfADayAway();
    const restart = { timeZone: 'UTC', dailyAt, minutes: 1, weeklyDay: day, weeklyAt: dailyAt, weeklyMinutes: 1 };
    rig = await Rig.start({ config: { bridge: { downSecondsMax: 1, restart } } });
    const { port } = rig.gateway;
    await rig.startBridge();
    await rig.until('connected', ({ up }) => up === true);
    await rig.gateway.stop();
    await rig.until('the alarm', ({ alarms }) => alarms?.some(({ alarm }) => alarm === 'GatewayDown') === true);
    await rig.startGateway(port);
    await rig.until('over', ({ up, alarms }) => up === true && alarms?.length === 0);
    assert.deepEqual(told(), ['raised GatewayDown', 'cleared GatewayDown']);
  });

  it('calls nobody for a gateway that goes away in the middle of an answer, and comes back', async () => {
    rig = await Rig.start();
    rig.gateway.inject({ do: 'ignoreRequest', request: 'reqExecutions', times: 1 });
    await rig.startBridge();
    await rig.until('asking', ({ connection }) => connection === 'reconciling');
    rig.gateway.inject({ do: 'close' });
    await rig.until('connected again', ({ up }) => up === true);
    assert.deepEqual(told(), []);
  });

  it('raises an alarm for a halt that nobody asked for, keeps it over a restart, and none for one that was asked for', async () => {
    rig = await Rig.start();
    await rig.startBridge();
    rig.toys.arm(await rig.toys.accept(1), 0);
    await rig.until('fills', ({ fills }) => fills > 1);
    rig.gateway.inject({ do: 'rejectOrder', times: 5 });
    await rig.until('halted', ({ alarms }) => alarms?.some(({ alarm }) => alarm === 'RejectBurst') === true);
    await rig.stopBridge();
    await rig.startBridge();
    await rig.until('halted still', ({ up, alarms }) => up === true && alarms?.[0]?.alarm === 'RejectBurst');
    writeFileSync(path.join(rig.broker, 'control', 'halt.json'), '');
    await rig.until('the kill switch', ({ halts }) => halts?.['kill-switch'] !== undefined);
    assert.deepEqual(told(), ['raised RejectBurst']);
  });

  it('follows the gateway to another port, also in the middle of a session', async () => {
    rig = await Rig.start();
    const other = await startGateway({ data: ES_SAMPLE, speed: 20, loop: true, settings: { accounts: [ACCOUNT] } });
    try {
      await rig.startBridge();
      await rig.until('connected', ({ up }) => up === true);
      const text = `TWS socket port has been reset to ${other.port} and this connection is being dropped.`;
      rig.gateway.inject({ do: 'notice', code: 1300, text });
      await rig.until('connected there', ({ up }) => up === true && other.clientIds.length === 1);
      assert.deepEqual(told(), ['raised PortMoved']);
      await rig.until('over', ({ alarms }) => alarms?.length === 0);
    } finally {
      await rig.stopBridge();
      await other.stop();
    }
  });
});

/** A time at which no restart is near now: [weekday, hh:mm], UTC. */
function halfADayAway() {
  const then = new Date(Date.now() + 43_200_000);
  const days = ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'] as const;
  return [days[then.getUTCDay()]!, then.toISOString().slice(11, 16)] as const;
}
