import { spawn, spawnSync } from 'node:child_process';
import { linkSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pushOutbox } from '../broker/push/push-outbox.js';
import { passwordFile } from '../broker/rsync/module-access.js';
import { withSealer } from '../broker/seal/open-sealer.js';
import { ingestDay } from '../research/ingest/ingest-day.js';
import { Receiver } from '../research/receive/receiver.js';
import { keyPlaces } from '../research/release/key-places.js';
import { initKeys, USUAL_CEREMONY } from '../research/release/keys.js';
import { prepareRsyncDaemon } from '../research/release/rsync-daemon.js';
import { MarketStore } from '../research/store/market-store.js';
import { cacheFolder } from '../setup/cache-folder.mjs';
import { freePort, isReachable } from '../setup/port-state.js';
import { obtainRsync } from '../setup/rsync.js';
import { homePlaces } from '../shared/config/home-places.js';
import { uploadConfig } from '../shared/config/upload.js';
import { captureStream } from '../shared/contract/batch-stream.js';
import { signersOf } from '../shared/node/trust/key-folder.js';
import { readTrustedRoot } from '../shared/node/trust/trust-store.js';
import type { BenchResult } from './bench-result.js';
import { segmentsOf } from './path/segments-of.js';
import { syntheticTape } from './store/synthetic-tape.js';

const DAY = { instrument: 'ESZ5', tradeDate: '2014-01-02' };
/** What a tunnel of WireGuard in user space carried on two cores: 25 to 39 MB/s. */
const TUNNEL_KIB_PER_SECOND = 30_000;
const UPLOAD = uploadConfig.parse({});

/**
 * A day of captured events on its way: sealed (packed, hashed, chained, signed), sent, received (verified, logged), ingested; against
 * bare rsync of the same segments to the same daemon, over loopback and at the rate of a tunnel.
 */
export async function benchPath(log: (line: string) => void): Promise<BenchResult[]> {
  const tape = await syntheticTape(log);
  const results: BenchResult[] = [];
  for (const limit of [TUNNEL_KIB_PER_SECOND, null]) results.push(...(await oneDay(tape, limit, log)));
  return results;
}

async function oneDay(tape: string, limit: number | null, log: (line: string) => void): Promise<BenchResult[]> {
  const home = mkdtempSync(path.join(cacheFolder(), 'bench', 'path-'));
  const places = homePlaces(home);
  initKeys(keyPlaces(home), { ...USUAL_CEREMONY, operatorName: 'bench', nowMs: Date.now() });
  mkdirSync(places.broker.capture, { recursive: true });
  const { files, events } = await segmentsOf(tape, places.broker.capture, DAY);
  const plainBytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
  const at = limit === null ? 'loopback' : `${(limit / 1000).toFixed(0)} MB/s`;
  log(`${events} events in ${files.length} segments, ${(plainBytes / 1e6).toFixed(0)} MB, at ${at}`);
  const daemon = await startDaemon(home);
  try {
    const rsync = { path: daemon.program, host: '127.0.0.1', port: daemon.port, bwlimitKiBps: limit };
    const bare = bareRsync(home, rsync, files, daemon.peerUrl, []);
    const packed = bareRsync(home, rsync, files, daemon.peerUrl, ['--compress']);
    const ours = await theWay(home, rsync, log);
    const result = (job: string, one: number, peer: number, unit: string, peerName: string, aim: string) => ({
      ...{ job: `path at ${at}: ${job}`, ours: one, peer, peerName, unit, ratio: one / peer, aim },
    });
    const rate = (seconds: number) => plainBytes / 1e6 / seconds;
    return [
      result(
        'segments to rows in the store',
        rate(ours.seconds),
        rate(bare.seconds),
        'MB/s',
        'bare rsync, no rows',
        '>= 0.9',
      ),
      result('bytes sent an event', ours.bytes / events, packed.bytes / events, 'bytes', 'rsync -z', '<= 1'),
      result(
        'sealing a million lines',
        (ours.sealSeconds * 1e6) / events,
        (bare.seconds * 1e6) / events,
        's',
        'bare rsync',
        '-',
      ),
    ];
  } finally {
    await daemon.stop();
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function theWay(home: string, rsync: Parameters<typeof pushOutbox>[0]['rsync'], log: (line: string) => void) {
  const { broker, receiver, research } = homePlaces(home);
  const root = readTrustedRoot(research.trust);
  const seconds: Record<string, number> = {};
  const timed = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    const sinceMs = performance.now();
    const value = await work();
    seconds[what] = (performance.now() - sinceMs) / 1000;
    return value;
  };
  const stream = captureStream(DAY.instrument);
  await timed('seal', () =>
    withSealer({ brokerFolder: broker.folder, upload: UPLOAD, tradeDateNow: () => DAY.tradeDate }, async (sealer) => {
      for await (const _ of sealer.sealStream(stream));
      sealer.closeDay(stream, DAY.tradeDate);
    }),
  );
  const { bytes } = await timed('push', () =>
    pushOutbox({ brokerFolder: broker.folder, rsync, resendSeconds: 3600, wallMs: Date.now }),
  );
  await timed('receive', async () => {
    const receiving = await Receiver.open({
      ...{ folder: receiver.folder, broker: UPLOAD.broker, epoch: 1, root, patienceSeconds: 60, wallMs: Date.now },
      keys: signersOf(receiver.keys, 'receipt', root),
    });
    const { setAside, waiting } = await receiving.receive();
    receiving.close();
    if (setAside.length + waiting.length > 0) throw new Error(JSON.stringify([setAside, waiting]).slice(0, 500));
  });
  await timed('ingest', () =>
    ingestDay({
      ...{ ...DAY, broker: UPLOAD.broker, epoch: 1, root, formerRoots: [], receiverFolder: receiver.folder },
      store: new MarketStore(research.store),
    }),
  );
  log(
    Object.entries(seconds)
      .map(([what, s]) => `${what} ${s.toFixed(2)} s`)
      .join(', '),
  );
  const all = Object.values(seconds).reduce((sum, one) => sum + one, 0);
  return { seconds: all, sealSeconds: seconds.seal!, bytes };
}

/** The segments to a plain module of the peer's own, which is emptied again. */
function bareRsync(
  home: string,
  rsync: Parameters<typeof pushOutbox>[0]['rsync'],
  files: readonly string[],
  url: string,
  options: readonly string[],
): { seconds: number; bytes: number } {
  const links = path.join(home, 'links');
  mkdirSync(links);
  for (const file of files) linkSync(file, path.join(links, path.basename(file)));
  const limit = rsync.bwlimitKiBps === null ? [] : [`--bwlimit=${rsync.bwlimitKiBps}`];
  const sinceMs = performance.now();
  const { status, stdout, stderr } = spawnSync(
    rsync.path,
    ['-rt', '--stats', '--no-human-readable', ...limit, ...options, `${links}/`, `${url}/`],
    { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } },
  );
  const seconds = (performance.now() - sinceMs) / 1000;
  if (status !== 0) throw new Error(`rsync ended with ${status}: ${stderr}`);
  rmSync(links, { recursive: true });
  for (const name of readdirSync(peerFolder(home))) rmSync(path.join(peerFolder(home), name), { force: true });
  return { seconds, bytes: Number(/^Total bytes sent: (\d+)/m.exec(stdout)?.[1]) };
}

async function startDaemon(home: string) {
  const { broker, receiver, research } = homePlaces(home);
  const { path: program } = await obtainRsync({ reach: 'loopback' });
  const port = await freePort();
  const { args, ready } = prepareRsyncDaemon({
    ...{ program, address: '127.0.0.1', port, hostsAllow: ['127.0.0.1'], stateFolder: research.rsync },
    modules: [{ module: 'landing', folder: receiver.landing, passwordFile: passwordFile(broker.folder, 'landing') }],
  });
  const peerPort = await freePort();
  const peerConf = path.join(home, 'peer.conf');
  mkdirSync(peerFolder(home));
  const own = process.getuid?.() === 0 ? 'uid = 0\ngid = 0\n' : '';
  writeFileSync(
    peerConf,
    `port = ${peerPort}\naddress = 127.0.0.1\nuse chroot = no\n${own}[peer]\npath = ${peerFolder(home)}\nread only = no\n`,
  );
  const children = [args, ['--daemon', '--no-detach', `--config=${peerConf}`]].map((one) =>
    spawn(program, one, { stdio: 'ignore' }),
  );
  while (!((await ready()) && (await isReachable('127.0.0.1', peerPort)))) await pause(50);
  const ended = children.map((child) => new Promise((resolve) => child.once('exit', resolve)));
  const stop = async () => {
    for (const child of children) child.kill('SIGTERM');
    await Promise.all(ended);
  };
  return { program, port, peerUrl: `rsync://127.0.0.1:${peerPort}/peer`, stop };
}

function peerFolder(home: string): string {
  return path.join(home, 'peer');
}
