import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DayRecords } from '../../research/ingest/day-record.js';
import { signerAnswer } from '../../research/signer/messages.js';
import { parseSegmentFile } from '../../shared/contract/capture-file.js';
import { receiverStatus } from '../../shared/contract/receiver-status.js';
import { swapRecord } from '../../shared/contract/swap-record.js';
import { BRIDGE_NICE, BRIDGE_REAL_TIME_PRIORITY } from '../../shared/node/process/bridge-priority.js';
import { BrokerRig } from '../path/broker-rig.js';
import { whatIsMissing } from '../temporal-server/own-server.js';
import { Deployment, type HostName, NODE } from './deployment.js';
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
    const date = await newestWhole();
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

  it('let the bridge alone go before others, in real time where the machine can allow that', async () => {
    const host = deployment.on('broker-1');
    const asked = async (command: string) => Number(await host.must(command));
    const proc = (service: string) => `/proc/$(systemctl show -p MainPID --value believe-${service}.service)`;
    for (const [service, nice, realTimePriorityMax] of [
      ['bridge', BRIDGE_NICE, BRIDGE_REAL_TIME_PRIORITY],
      ['broker', 0, 0],
    ] as const) {
      assert.equal(await asked(`cut -d' ' -f19 ${proc(service)}/stat`), nice);
      assert.equal(
        await asked(`systemctl show -p LimitRTPRIO --value believe-${service}.service`),
        realTimePriorityMax,
      );
    }
    // A systemd that itself may not raise the limit, as in some containers, leaves it at nothing.
    const allowed = await asked(`awk '/realtime priority/ { print $4 }' ${proc('bridge')}/limits`);
    assert.equal(await asked(`cut -d' ' -f40 ${proc('bridge')}/stat`), allowed);
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

  it('take nothing of a broker that has every password and not the journal key', async () => {
    const rig = new BrokerRig(path.join(folder, 'forger'));
    rig.orders(3);
    await rig.sealing((sealer) => sealer.sealAll(), { broker: 'broker' });
    const broker = deployment.on('broker-1');
    for (const name of readdirSync(rig.path('outbox'))) broker.carry(rig.path('outbox', name), `/srv/forged/${name}`);
    const password = `--password-file=${HOME}/broker/keys/landing.password`;
    const push = `rsync -rt ${password} /srv/forged/ rsync://broker-up@10.77.0.1:8730/landing/`;
    await broker.must(`chmod -R a+rX /srv/forged && runuser -u believe-broker -- ${push}`);
    const setAside = () =>
      receiverStatus.parse(JSON.parse(readFileSync(atResearch('receiver/status.json'), 'utf8'))).setAside;
    await until(async () => setAside().some(({ reason }) => reason !== 'unknown-file'), 'it is set aside');
    assert.deepEqual(
      setAside()
        .map(({ reason, isSigned }) => ({ reason, isSigned }))
        .filter(({ reason }) => reason !== 'unknown-file'),
      [{ reason: 'signature', isSigned: false }],
    );
    assert.ok(!readdirSync(atResearch('receiver/receipts')).some((name) => name.startsWith('orders')), 'no receipt');
  });

  it('sign and revoke nothing for whoever has taken over research, as its user', async () => {
    const kept = () => ['research/releases', 'research/published'].map((one) => readdirSync(atResearch(one)).sort());
    const before = kept();
    const { shipId } = swapRecord.parse(JSON.parse(linesOf(atBroker('swaps.jsonl'))[0]!));
    const sha256 = 'a'.repeat(64);
    const dossier = {
      ...{ shipId: 'ship/none~00000000', candidate: [{ name: 'heads/F2_dom.onnx', size: 10, sha256 }], decision: null },
      ...{ gateReportSha256: sha256, cardJsonSha256: sha256, cardHtmlSha256: sha256 },
    };
    const asked = [{ do: 'revoke', shipId, reason: 'to stop trading' }, { do: 'sign', dossier }, { do: 'nothing' }];
    for (const request of asked) {
      const program = `require('net').connect('${HOME}/signer/signer.sock').on('data',(d)=>process.stdout.write(d)).write(process.argv[1]+'\\n')`;
      const words = ['runuser', '-u', 'believe-research', '--', NODE, '-e', program, JSON.stringify(request)];
      const { stdout } = await deployment.on('research-1').run(...words);
      const answer = signerAnswer.parse(JSON.parse(stdout));
      process.stdout.write(`      ${request.do}: ${answer.ok ? 'nothing to do' : answer.message}\n`);
      // A release that went live is left out of what a ship gives up.
      if (request.do === 'revoke') assert.deepEqual(answer, { ok: true, release: null });
      else assert.equal(answer.ok, false, stdout);
    }
    assert.deepEqual(kept(), before);
  });

  it('end the same where each process is killed in turn, under a ship that sails and a day that crosses', async () => {
    const before = swaps().length;
    const sailing = deployment.untilOver(await deployment.startShip('killed'));
    const date = await newestWhole();
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
    await until(async () => daysAtHome(date).length > 0, 'the day is at home');
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
    assert.match(now, /former .*ships are left on it, its worker runs beside; .*ship\/held/);
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
  const atResearch = (name: string) => deployment.on('research-1').at(`${HOME}/${name}`);
  const atBroker = (...parts: string[]) => path.join(deployment.on('broker-1').at(`${HOME}/broker`), ...parts);

  /** The newest trade date that the market has left, once there is one with events. */
  async function newestWhole(): Promise<string> {
    const dates = () => {
      const segments = readdirSync(atBroker('capture')).flatMap((name) => parseSegmentFile(name) ?? []);
      const open = new Set(segments.filter((one) => one.open).map(({ tradeDate }) => tradeDate));
      const left = [...new Set(segments.map(({ tradeDate }) => tradeDate))].sort().slice(0, -1);
      return left.filter((date) => !open.has(date) && eventsAtBroker(date) > 0);
    };
    await until(async () => dates().length > 0, 'a trade date is captured');
    return dates().at(-1)!;
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
