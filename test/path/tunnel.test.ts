import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { pullReceipts } from '../../broker/push/pull-receipts.js';
import { pushOutbox } from '../../broker/push/push-outbox.js';
import { PushFailed } from '../../broker/rsync/rsync-failure.js';
import { generateMarket } from '../../research/generator/generate-market.js';
import { obtainRsync } from '../../setup/rsync.js';
import { watcherStatus } from '../../shared/alarm/alarm-log.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { instrumentConfig } from '../../shared/config/market.js';
import { captureStream } from '../../shared/contract/batch-stream.js';
import { segmentFile } from '../../shared/contract/capture-file.js';
import { receiverStatus } from '../../shared/contract/receiver-status.js';
import { formatEventLine, formatHeaderLine } from '../../shared/market/events/depth-line.js';
import { writeHomeConfig } from '../../shared/node/config/home-config.js';
import { loadConfig } from '../../shared/node/config/load-config.js';
import { openDepthFile } from '../../shared/node/files/depth-jsonl.js';
import { readJson } from '../../shared/node/files/read-json.js';
import { writeSigningKey } from '../../shared/node/trust/key-folder.js';
import { trustRoot } from '../../shared/node/trust/trust-store.js';
import { ES_SAMPLE } from '../bridge/rig.js';
import { SmallDisk } from '../bridge/small-disk.js';
import { KEYS, sha256, temporaryFolder } from '../release/release-fixture.js';
import { BROKER } from './batches.js';
import { type BrokerRig, DATE, JOURNAL, RECEIPT_ROOT } from './broker-rig.js';
import { Road } from './road.js';
import { type Host, OUTSIDE, TwoHosts } from './two-hosts.js';

const MAIN = fileURLToPath(new URL('../../cli/main.js', import.meta.url));
const RECEIVER = fileURLToPath(new URL('../../workers/receiver.js', import.meta.url));
const WATCHER = fileURLToPath(new URL('../../workers/watcher.js', import.meta.url));
const INSIDE = { research: '10.77.0.1', broker: '10.77.0.2' } as const;
const PORT = 8730;
/** `PATH_WHOLE_DAY=1` sends a generated day from open to close; otherwise its first half hour. */
const GENERATED_MINUTES = process.env.PATH_WHOLE_DAY === '1' ? 390 : 30;
const SLOW_KIB_PER_SECOND = 300;
const GENERATED = { instrument: 'ES', tradeDate: '2014-01-02' };
const SAMPLE = { instrument: 'ESU9', tradeDate: '2019-08-29' };

describe('two hosts and a tunnel', () => {
  let hosts: TwoHosts;
  let rig: BrokerRig;
  let road: Road;
  let receiver: ChildProcess;
  let daemon: ChildProcess;
  let rsync: string;
  const home = () => folder();
  const at = (...parts: string[]) => path.join(folder(), ...parts);
  let disks: Readonly<Record<Host, SmallDisk>>;

  // Before the folder is removed in which they lie.
  afterEach(async () => {
    if (hosts === undefined) return;
    for (const child of [receiver, daemon]) await end(child);
    hosts.end();
    for (const disk of Object.values(disks)) disk.unmount();
  });
  const folder = temporaryFolder();

  before(async function () {
    const why = await TwoHosts.whyNot();
    if (why !== null) {
      process.stderr.write(`      not run here: ${why}\n`);
      this.skip();
    }
  });
  beforeEach(async () => {
    mkdirSync(at('programs'));
    rsync = (await obtainRsync({ reach: 'loopback' })).path;
    road = new Road(home());
    ({ rig } = road);
    disks = { research: SmallDisk.mount(at('receiver'), 64), broker: SmallDisk.mount(rig.folder, 128) };
    hosts = await TwoHosts.make(at('programs'));
    makeHome();
    believePathUp();
    for (const name of readdirSync(at('research-side', 'to-broker')))
      cpSync(at('research-side', 'to-broker', name), rig.path('keys', name));
    startDaemon();
    startReceiver();
  });

  function makeHome(): void {
    const { broker, research, receiver: places } = homePlaces(home());
    trustRoot(broker.trust, RECEIPT_ROOT);
    trustRoot(research.trust, RECEIPT_ROOT);
    writeSigningKey(places.keys, 'receipt', KEYS.receipt);
    mkdirSync(rig.path('keys'), { recursive: true });
    const usual = loadConfig({ overrides: { home: home() } });
    writeHomeConfig({ ...usual, rsync: { ...usual.rsync, host: INSIDE.research, port: PORT } });
  }

  /** With `believe path up` on each side, as docs/data-path.md says. */
  function believePathUp(): void {
    const description = {
      ...{ interface: 'believe', rsyncPort: PORT, broker: { os: 'linux', address: INSIDE.broker } },
      research: { endpoint: OUTSIDE.research, address: INSIDE.research },
    };
    writeFileSync(at('path.json'), JSON.stringify(description));
    believe('research', 'path', 'up', ...sideOptions('research'), '--home', home());
    believe('broker', 'path', 'up', ...sideOptions('broker'), '--home', home());
    believe('research', 'path', 'up', ...sideOptions('research'), '--home', home(), '--start');
    believe('broker', 'path', 'up', ...sideOptions('broker'), '--home', home(), '--start');
  }
  const sideOptions = (side: Host) => ['--description', at('path.json'), '--side', side, '--write', at(`${side}-side`)];
  const believe = (host: Host, ...args: string[]) => hosts.must(host, process.execPath, MAIN, ...args);

  function startDaemon(): void {
    const config = `--config=${at('research-side', 'rsync', 'rsyncd.conf')}`;
    const { program, args } = hosts.on('research', rsync, ['--daemon', '--no-detach', config]);
    daemon = spawn(program, args, { stdio: 'ignore', detached: true });
  }
  function startReceiver(): void {
    receiver = spawn(process.execPath, ['--no-warnings', RECEIVER, '--home', home()], { stdio: 'ignore' });
  }

  const reach = (bwlimitKiBps: number | null) => ({
    ...{ path: hosts.programOn('broker', rsync), host: INSIDE.research, port: PORT, bwlimitKiBps },
  });
  const push = (bwlimitKiBps: number | null = null, signal?: AbortSignal) =>
    pushOutbox({
      ...{ brokerFolder: rig.folder, rsync: reach(bwlimitKiBps), resendSeconds: 600, wallMs: Date.now },
      ...(signal ? { signal } : {}),
    });
  const STREAMS = ['orders', 'alarms', captureStream(SAMPLE.instrument), captureStream(GENERATED.instrument)];
  const acknowledged = async () =>
    (
      await pullReceipts({
        ...{ brokerFolder: rig.folder, broker: BROKER, rsync: reach(null) },
        streams: STREAMS.map((stream) => ({ stream, epoch: 1 })),
      })
    ).reduce((sum, { seq }) => sum + seq, 0);
  const sealedBatches = () => readdirSync(rig.path('outbox')).filter((name) => name.endsWith('.dsse.json')).length;

  /** As the worker does: seals, sends and asks for receipts, again and again; what may be tried again is. */
  async function untilAllIsAcknowledged(): Promise<void> {
    for (let seen = -1, tries = 0; seen !== sealedBatches(); tries++) {
      assert.ok(tries < 60, `${seen} of ${sealedBatches()} batches are acknowledged: ${statusText()}`);
      try {
        await push();
        seen = await acknowledged();
      } catch (error) {
        if (!(error instanceof PushFailed && error.retryable)) throw error;
      }
      await pause(300);
    }
  }
  const statusText = () => readFileSync(road.places.status, 'utf8').slice(0, 2000);

  /** What happens while batches are under way; returns once it is over. */
  const MISHAPS: Readonly<Record<string, (under: Promise<unknown>) => Promise<void>>> = {
    'the link is cut for a while': async () => {
      hosts.cut();
      await pause(2500);
      hosts.join();
    },
    'the client is killed': async () => {
      const clients = ownRsync();
      assert.notEqual(clients.length, 0);
      for (const pid of clients) process.kill(pid, 'SIGKILL');
    },
    'the daemon is killed and started anew': async () => {
      // With the process that serves this connection.
      process.kill(-daemon.pid!, 'SIGKILL');
      await end(daemon);
      startDaemon();
    },
    'the receiver is killed and started anew': async (under) => {
      for (let i = 0; i < 3; i++) {
        await Promise.race([under, pause(400)]);
        await end(receiver);
        startReceiver();
      }
    },
    'the disk of research fills': async (under) => {
      disks.research.fill();
      await assert.rejects(under, (error) => error instanceof PushFailed && error.retryable);
      disks.research.makeRoom();
    },
    'the disk of the broker fills': async () => {
      rig.orders(2000);
      disks.broker.fill();
      await assert.rejects(rig.sealAll(), /ENOSPC/);
      disks.broker.makeRoom();
    },
    'the key of the broker is revoked, and restored': async () => {
      const { publicKey } = JSON.parse(readFileSync(at('path.json'), 'utf8')).broker;
      hosts.must('research', 'wg', 'set', 'believe', 'peer', publicKey, 'remove');
      await pause(500);
      const arrived = landingBytes();
      await pause(2000);
      assert.equal(landingBytes(), arrived, 'bytes came by a tunnel whose peer is revoked');
      believe('research', 'path', 'up', ...sideOptions('research'), '--home', home(), '--start');
    },
    'the clock of the broker steps back and far ahead': async () => {
      for (const stepMs of [-3_600_000, 90_000_000]) {
        rig.wallMs += stepMs;
        rig.orders(20);
        await rig.sealAll();
      }
    },
  };

  const bytesIn = (folder: string) =>
    (existsSync(folder) ? readdirSync(folder) : []).reduce(
      (sum, name) => sum + (statSync(path.join(folder, name), GONE_IS_FINE)?.size ?? 0),
      0,
    );
  const landingBytes = () => bytesIn(road.places.landing);
  const outboxBytes = () => bytesIn(rig.path('outbox'));

  it('carry captured days and journals once, byte for byte, whatever happens on the way', async () => {
    const days = [
      ...(await segmentsOf(ES_SAMPLE, 4, SAMPLE)),
      ...(await segmentsOf(await generatedDay(at('market')), 4, GENERATED)),
    ];
    assert.ok(days.length >= Object.keys(MISHAPS).length);
    const sent: string[] = [];
    for (const [name, happen] of Object.entries(MISHAPS)) {
      const segment = days.shift()!;
      writeFileSync(rig.path('capture', segment.name), segment.text);
      sent.push(segment.name);
      rig.orders(50);
      // What cannot be packed keeps the road busy long enough to be in the middle of it.
      const detail = randomBytes(450_000).toString('hex');
      rig.append('alarms.jsonl', `${JSON.stringify({ ...ALARM, detail })}\n`);
      const bytesBefore = [hosts.bytesSent('broker'), outboxBytes()] as const;
      await rig.sealAll();
      const before = landingBytes();
      const under = push(SLOW_KIB_PER_SECOND);
      under.catch(() => {});
      for (let i = 0; landingBytes() === before && i < 500; i++) await pause(20);
      await happen(under);
      const ended = await under.then(
        () => 'it went on',
        (error) => {
          assert.ok(error instanceof PushFailed && error.retryable, `${name}: ${error}`);
          return error.reason;
        },
      );
      await rig.sealAll();
      await untilAllIsAcknowledged();
      const [onCable, ofBatches] = [hosts.bytesSent('broker') - bytesBefore[0], outboxBytes() - bytesBefore[1]];
      const told = `${onCable} bytes on the cable for ${ofBatches} of batches`;
      process.stderr.write(`      ${name.padEnd(50)} ${ended.padEnd(12)} ${told}\n`);
    }
    for (const segment of days) writeFileSync(rig.path('capture', segment.name), segment.text);
    sent.push(...days.map(({ name }) => name));
    await rig.sealAll();
    await untilAllIsAcknowledged();

    const digests = (texts: Readonly<Record<string, string>>) =>
      Object.fromEntries(
        Object.entries(texts).map(([name, text]) => [name, [text.split('\n').length - 1, sha256(text)]]),
      );
    const kept = [...sent.map((name) => `capture/${name}`), 'alarms.jsonl', ORDERS_FILE];
    const expected = kept.map((name) => [
      name.replace(/^(capture|journal)\//, ''),
      readFileSync(rig.path(name), 'utf8'),
    ]);
    const arrived = digests(road.received());
    assert.deepEqual(arrived, digests(Object.fromEntries(expected)));
    const lines = Object.values(arrived).reduce((sum, [rows]) => sum + Number(rows), 0);
    process.stderr.write(`      ${lines} lines of ${kept.length} files are on the other side\n`);
    assert.deepEqual(readdirSync(road.places.quarantine), []);
    const status = receiverStatus.parse(JSON.parse(readFileSync(road.places.status, 'utf8')));
    assert.deepEqual([status.stopped, status.waiting], [null, []]);
  }).timeout(400_000);

  it('let the broker do what it must and nothing else, and research reach nothing of the broker', async () => {
    const checks = JSON.parse(believe('broker', 'path', 'test', '--home', home(), '--json'));
    assert.equal(checks.checks.length, 9);
    assert.match(checks.checks[0].found, /^\d+ s ago$/);

    const listeners = [await listen('broker', INSIDE.broker, 7497), await listen('research', INSIDE.research, 9999)];
    try {
      const wrong = ['path', 'test', '--side', 'research', '--description', at('path.json'), '--json'];
      assert.equal(JSON.parse(believe('research', ...wrong)).ok, true);
      assert.equal(connects('broker', INSIDE.research, 9999), false, 'another port of research');
      hosts.must('research', 'nft', 'flush', 'ruleset');
      assert.equal(JSON.parse(believe('research', ...wrong)).ok, true, "by the broker's own rules as well");
      hosts.must('broker', 'nft', 'flush', 'ruleset');
      const { status, stdout } = hosts.run('research', process.execPath, MAIN, ...wrong);
      assert.equal(status, 1, 'without any rule the check fails');
      assert.match(stdout, /10\.77\.0\.2:7497.{0,20}false|IT WAS CONNECTED/);
    } finally {
      for (const listener of listeners) await end(listener);
    }
    for (const side of ['broker', 'research'] as const) {
      believe(side, 'path', 'up', ...sideOptions(side), '--home', home(), '--start');
      believe(side, 'path', 'down', ...sideOptions(side));
      assert.equal(hosts.must(side, 'nft', 'list', 'ruleset').trim(), '');
      assert.equal(hosts.must(side, 'wg', 'show').trim(), '');
      believe(side, 'path', 'down', ...sideOptions(side));
    }
  }).timeout(120_000);

  it('are watched: a tunnel that is down is an alarm of the broker, until it is up again', async () => {
    const usual = loadConfig({ overrides: { home: home() } });
    writeHomeConfig({ ...usual, watch: { ...usual.watch, wireguard: 'believe', everySeconds: 1 } });
    const start = hosts.on('broker', process.execPath, [
      '--no-warnings',
      WATCHER,
      '--home',
      home(),
      '--tier',
      'broker',
    ]);
    const watcher = spawn(start.program, start.args, { stdio: 'ignore' });
    const tunnel = () =>
      readJson(homePlaces(home()).watch.status('broker'), watcherStatus)?.watchdogs.find(
        ({ name }) => name === 'TunnelDown',
      );
    const until = async (state: string) => {
      for (let i = 0; tunnel()?.state !== state && i < 600; i++) await pause(100);
      assert.equal(tunnel()?.state, state, tunnel()?.seen);
    };
    try {
      await until('well');
      hosts.must('broker', 'ip', 'link', 'del', 'believe');
      await until('alarm');
      believe('broker', 'path', 'up', ...sideOptions('broker'), '--home', home(), '--start');
      await until('well');
    } finally {
      await end(watcher);
    }
  }).timeout(200_000);

  /** @returns once it listens */
  async function listen(host: Host, address: string, port: number): Promise<ChildProcess> {
    const serve = `require('node:net').createServer((s) => s.end()).listen(${port}, '${address}', () => console.log('on'))`;
    const { program, args } = hosts.on(host, process.execPath, ['-e', serve]);
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    return child;
  }
  function connects(host: Host, address: string, port: number): boolean {
    const ask = `require('node:net').connect(${port}, '${address}').on('connect', () => process.exit(0)).on('error', () => process.exit(1)).setTimeout(3000, () => process.exit(1))`;
    return hosts.run(host, process.execPath, '-e', ask).status === 0;
  }
});

const GONE_IS_FINE = { throwIfNoEntry: false } as const;
const ALARM = { v: 1, at: '2025-06-02T14:30:01.000Z', state: 'raised', alarm: 'GatewayDown' };
const ORDERS_FILE = `journal/${JOURNAL}/orders-${DATE}.jsonl`;

interface SegmentText {
  readonly name: string;
  readonly text: string;
}

/** A recorded or generated day as a bridge would have closed it. */
async function segmentsOf(depthFile: string, count: number, day: typeof SAMPLE): Promise<SegmentText[]> {
  const { header, scale, batches } = await openDepthFile(depthFile);
  const lines: string[] = [];
  for await (const batch of batches())
    for (let i = 0; i < batch.length; i++) {
      batch.seq[i] = lines.length + 1;
      lines.push(formatEventLine(batch, i, scale));
    }
  const each = Math.ceil(lines.length / count);
  return Array.from({ length: count }, (_, i) => ({
    name: segmentFile({ ...day, number: i + 1 }),
    text: [formatHeaderLine({ ...header, ...day }), ...lines.slice(i * each, (i + 1) * each)].join(''),
  }));
}

async function generatedDay(folder: string): Promise<string> {
  const { depthFiles } = await generateMarket({
    ...{ seed: 7, folder, instrument: instrumentConfig.parse({}), firstTradeDate: GENERATED.tradeDate },
    ...{ days: 1, minutesPerDay: GENERATED_MINUTES, barDays: 1, signalStrength: 1 },
  });
  return depthFiles[0]!;
}

/** Children of this process that are an rsync client. */
function ownRsync(): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && isOwnRsync(pid));
}

function isOwnRsync(pid: number): boolean {
  try {
    const parent = /^PPid:\t(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(parent) === process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--files-from');
  } catch {
    return false; // it has ended
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}
