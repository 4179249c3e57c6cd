import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DayRecords } from '../../research/ingest/day-record.js';
import { parseSegmentFile } from '../../shared/contract/capture-file.js';
import { swapRecord } from '../../shared/contract/swap-record.js';
import { whatIsMissing } from '../temporal-server/own-server.js';
import { Deployment, type HostName } from './deployment.js';
import { Machine } from './machine.js';

const HOME = '/var/lib/believe';
const HOSTS = ['research-1', 'broker-1', 'temporal-1'] as const;

/** Real systemd, PostgreSQL, Temporal, WireGuard, nft and rsync; nothing is started or set but by the plan and its checklists. */
describe('three machines, from a plan and its checklists alone', function () {
  this.timeout(900_000);
  let folder: string;
  let deployment: Deployment;

  before(async function () {
    const why = (await Machine.whyNot()) ?? (await whatIsMissing());
    if (why !== null) {
      process.stderr.write(`      not run here: ${why}\n`);
      this.skip();
    }
    folder = mkdtempSync(path.join(os.tmpdir(), 'believe-machines-'));
    deployment = await Deployment.make(folder, process.env.BELIEVE_TEST_BUNDLE_ARCHIVE ?? null);
  });
  after(async () => {
    await deployment?.end();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  it('sail a ship, from the operator’s machine to the bridge', async () => {
    await answers(deployment.operator('temporal', 'current'));
    assert.equal(await deployment.untilOver(await deployment.startShip('first')), 'Live');
    assert.deepEqual(swaps(), [{ outcome: 'swapped', counter: 1 }]);
  });

  it('bring a day across, event for event', async () => {
    const date = newestWhole();
    const captured = eventsAtBroker(date);
    assert.ok(captured > 0);
    await answers(deployment.operator('capture', 'run', '--date', date));
    assert.deepEqual(daysAtHome(date), [captured]);
  });

  it('raise an alarm, which an operator answers, and end it', async () => {
    await deployment.on('broker-1').must('systemctl stop gateway');
    const open = async () => {
      const { stdout } = await deployment.believe(
        'broker-1',
        'alarm',
        'ls',
        '--json',
        '--config',
        '/etc/believe/believe.config.json',
      );
      return (JSON.parse(stdout) as { open: { fingerprint: string; acknowledged: unknown }[] }).open;
    };
    const named = async () => (await open()).find(({ fingerprint }) => /Gateway/.test(fingerprint));
    await until(async () => (await named()) !== undefined, 'the alarm is open');
    const { fingerprint } = (await named())!;
    await until(
      async () => (await deployment.operator('alarm', 'ack', fingerprint, '--reason', 'restarting it')).status === 0,
      'it is answered',
    );
    await deployment.startGateway();
    await until(async () => (await named()) === undefined, 'it is over');
  });

  it('are as planned but for what this test has changed, and refuse each thing that nobody on them may', async () => {
    const own = ['chrony.service runs', 'clock'];
    const changed: Record<HostName, string[]> = {
      'research-1': ['file /etc/believe/believe.config.json', `file ${HOME}/market-clock.json`, ...own],
      'broker-1': [`file ${HOME}/market-clock.json`, ...own],
      'temporal-1': own,
    };
    const all = await Promise.all(HOSTS.map((host) => deployment.check(host, '--try')));
    for (const [at, host] of HOSTS.entries()) {
      const found = all[at]!;
      const tried = found.filter(({ item }) => /^(believe-.* is held|the Temporal server|road)/.test(item));
      const rows = tried.map(
        ({ state, item, found: said }) => `      ${host.padEnd(11)} ${state.padEnd(4)} ${item}: ${said}\n`,
      );
      process.stdout.write(rows.join(''));
      const wrong = found.filter(({ state }) => state !== 'ok');
      assert.deepEqual(
        wrong.map(({ item }) => item),
        changed[host],
        JSON.stringify(wrong),
      );
    }
  });

  it('name what could be done where a unit holds less, or a secret lies open', async () => {
    const unit = '/etc/systemd/system/believe-orchestrator.service';
    const research = deployment.on('research-1');
    await research.must(
      `cp -a ${unit} /root/unit && sed -i /^IPAddressDeny/d ${unit} && chmod 644 /etc/believe/rsyncd.secrets`,
    );
    const done = (await deployment.check('research-1', '--try')).filter(({ found }) => found === 'IT WAS DONE');
    await research.must(`mv /root/unit ${unit} && chmod 600 /etc/believe/rsyncd.secrets && systemctl daemon-reload`);
    const readers = ['alarms', 'monitor', 'orchestrator', 'receiver', 'research', 'signer', 'watcher'];
    assert.deepEqual(
      done.map(({ item }) => item).sort(),
      [
        'believe-orchestrator: connect to 10.77.0.1 (this host)',
        ...readers.map((name) => `believe-${name}: read /etc/believe/rsyncd.secrets`),
      ].sort(),
    );
  });

  it('end the same where each process is killed in turn, under a ship that sails and a day that crosses', async () => {
    const before = swaps().length;
    const sailing = deployment.untilOver(await deployment.startShip('killed'));
    const date = newestWhole();
    const captured = eventsAtBroker(date);
    await answers(deployment.operator('capture', 'run', '--date', date, '--detach'));
    const killed: string[] = [];
    for (const host of ['temporal-1', 'research-1', 'broker-1'] as const)
      for (const unit of await deployment.services(host)) {
        await deployment.on(host).must(`systemctl kill --signal=KILL ${unit}`);
        killed.push(unit);
        await pause(1000);
      }
    process.stdout.write(`      killed: ${killed.join(', ')}\n`);
    assert.ok(killed.length >= 12, `${killed.length}`);
    assert.equal(await sailing, 'Live');
    await answers(deployment.operator('capture', 'run', '--date', date));
    assert.deepEqual(daysAtHome(date), [captured]);
    assert.deepEqual(swaps().slice(before), [{ outcome: 'swapped', counter: before + 1 }]);
  });

  /** `BELIEVE_TEST_UPGRADE_ARCHIVE` is a bundle whose workflows differ from those of `BELIEVE_TEST_BUNDLE_ARCHIVE`. */
  it('take another build while a ship is held, which ends on the one that it began with', async function () {
    const archive = process.env.BELIEVE_TEST_UPGRADE_ARCHIVE;
    if (archive === undefined || process.env.BELIEVE_TEST_BUNDLE_ARCHIVE === undefined) this.skip();
    const before = swaps().length;
    const held = await deployment.startShip('held');
    await until(async () => (await deployment.stageOf(held)).stage === 'Held', 'the ship is held');
    const former = await deployment.upgrade('--status');
    const upgraded = await deployment.upgrade(archive);
    const now = await deployment.upgrade('--status');
    process.stdout.write(`${former}${upgraded}${now}`);
    assert.match(now, /former .*ships are left on it, its worker runs beside; ship\/held/);
    assert.equal(await deployment.untilOver(held), 'Live');
    assert.equal(await deployment.untilOver(await deployment.startShip('after')), 'Live');
    assert.deepEqual(
      swaps().slice(before),
      [1, 2].map((more) => ({ outcome: 'swapped', counter: before + more })),
    );
    process.stdout.write(await deployment.upgrade('--status'));
  });

  async function answers(asked: ReturnType<Deployment['operator']>): Promise<void> {
    const { status, stdout, stderr } = await asked;
    assert.equal(status, 0, stdout + stderr);
  }

  const linesOf = (file: string) => readFileSync(file, 'utf8').split('\n').filter(Boolean);
  const atBroker = (...parts: string[]) => path.join(deployment.on('broker-1').at(`${HOME}/broker`), ...parts);

  /** The newest trade date that the market has left. */
  function newestWhole(): string {
    const closed = readdirSync(atBroker('capture')).flatMap((name) => parseSegmentFile(name) ?? []);
    const open = new Set(closed.filter((one) => one.open).map(({ tradeDate }) => tradeDate));
    return closed
      .map(({ tradeDate }) => tradeDate)
      .filter((date) => !open.has(date))
      .sort()
      .at(-2)!;
  }

  const eventsAtBroker = (date: string) =>
    readdirSync(atBroker('capture'))
      .filter((name) => parseSegmentFile(name)?.tradeDate === date)
      .flatMap((name) => linesOf(atBroker('capture', name)))
      .filter((line) => /^\{"kind":"(depth|trade)"/.test(line)).length;

  /** Events of each record that research has of a trade date. */
  const daysAtHome = (date: string) =>
    new DayRecords(deployment.on('research-1').at(`${HOME}/research/store`))
      .all()
      .filter(({ tradeDate }) => tradeDate === date)
      .map(({ events }) => events);

  function swaps(): { outcome: string; counter: unknown }[] {
    return linesOf(atBroker('swaps.jsonl')).map((line) => {
      const { outcome, counter } = swapRecord.parse(JSON.parse(line));
      return { outcome, counter };
    });
  }
});

async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  for (let tries = 0; tries < 240; tries++) {
    if (await holds().catch(() => false)) return;
    await pause(500);
  }
  assert.fail(`waited for: ${what}`);
}
