import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { generateMarket } from '../research/generator/generate-market.js';
import { cacheFolder } from '../setup/cache-folder.mjs';
import { findOnPath } from '../setup/find-on-path.js';
import { instrumentConfig } from '../shared/config/market.js';
import { type BenchResult, median } from './bench-result.js';
import { HOSTS, type Host, Hosts } from './shared-store/hosts.js';
import { KEYS, S3Server } from './shared-store/s3-server.js';

const IMPORT = fileURLToPath(new URL('./shared-store/import-days.js', import.meta.url));
const ROUNDS = 3;
const DAYS = 8;
const MINUTES_PER_DAY = 180;

type Log = (line: string) => void;

/** What one process stored. */
const importedRows = z.object({ rows: z.number(), fromMs: z.number(), toMs: z.number(), cpuSeconds: z.number() });

interface Imported {
  readonly rowsPerSecond: number;
  /** Processor time of the importers and of the server, for a million rows. */
  readonly cpuSeconds: number;
  readonly serverCpuSeconds: number;
}

/**
 * SYNTHETIC days into one bucket, by one importer and by two on hosts of their own (network namespaces of this machine, one core each),
 * and into a folder. The server of the bucket runs on the same machine and takes its part of the same cores.
 */
export async function benchSharedStore(log: Log): Promise<BenchResult[]> {
  const why = (await Hosts.whyNot()) ?? ((await findOnPath('taskset')) === undefined ? 'taskset is missing' : null);
  if (why !== null) throw new Error(`two hosts cannot be made here: ${why}`);
  mkdirSync(path.join(cacheFolder(), 'bench'), { recursive: true });
  const work = mkdtempSync(path.join(cacheFolder(), 'bench', 'shared-store-'));
  const hosts = await Hosts.make();
  try {
    const days = await syntheticDays(path.join(work, 'days'), log);
    const runs: Record<'folder' | 'one' | 'two', Imported[]> = { folder: [], one: [], two: [] };
    for (let round = 0; round < ROUNDS; round++)
      for (const kind of ['folder', 'one', 'two'] as const) {
        const run = await importedBy(kind, path.join(work, `${kind}-${round}`), hosts, days);
        runs[kind].push(run);
        const { rowsPerSecond, cpuSeconds, serverCpuSeconds } = run;
        log(
          `${kind}: ${(rowsPerSecond / 1e6).toFixed(3)} million rows/s; a million takes importers ${cpuSeconds.toFixed(2)} s of a processor, the server ${serverCpuSeconds.toFixed(2)} s`,
        );
      }
    const unit = 'million rows/s';
    const [folder, one, two] = [runs.folder, runs.one, runs.two].map(
      (all) => median(all.map(({ rowsPerSecond }) => rowsPerSecond)) / 1e6,
    ) as [number, number, number];
    return [
      {
        ...{ job: 'two importers on two hosts, one bucket', ours: two, peer: one, peerName: 'one importer' },
        ...{ unit, ratio: two / one, aim: 'well above 1; 2 where the server had a machine of its own' },
      },
      {
        ...{ job: 'one importer into a bucket', ours: one, peer: folder, peerName: 'into a folder' },
        ...{ unit, ratio: one / folder, aim: 'close to 1' },
      },
    ];
  } finally {
    hosts.end();
    rmSync(work, { recursive: true, force: true });
  }
}

async function syntheticDays(folder: string, log: Log): Promise<readonly string[]> {
  log(`making ${DAYS} SYNTHETIC days`);
  const { depthFiles } = await generateMarket({
    ...{ seed: 20_140_102, folder, instrument: instrumentConfig.parse({}), firstTradeDate: '2014-01-02' },
    ...{ days: DAYS, minutesPerDay: MINUTES_PER_DAY, barDays: DAYS, signalStrength: 1 },
  });
  return depthFiles;
}

/** Measured from when the first of them began to when the last one ended. */
async function importedBy(
  kind: 'folder' | 'one' | 'two',
  folder: string,
  hosts: Hosts,
  days: readonly string[],
): Promise<Imported> {
  const server = await S3Server.inFolder(path.join(folder, 's3'), (program, args) => hosts.on('server', program, args));
  if (typeof server === 'string') throw new Error(server);
  await server.run('');
  try {
    const parts: [Host, readonly string[]][] =
      kind === 'two'
        ? [
            ['one', days.filter((_, index) => index % 2 === 0)],
            ['other', days.filter((_, index) => index % 2 === 1)],
          ]
        : [['one', days]];
    const importers = parts.map(([host, files], core) => {
      const endpoint = kind === 'folder' ? '-' : `http://${HOSTS[host]}:${server.port}`;
      const words = ['-c', String(core), process.execPath, IMPORT, path.join(folder, host), endpoint, ...files];
      return startImporter(hosts.on(host, 'taskset', words));
    });
    for (const { ready } of importers) await ready;
    for (const { begin } of importers) begin();
    const done = await Promise.all(importers.map(({ done: one }) => one));
    const rows = done.reduce((sum, one) => sum + one.rows, 0);
    const ms = Math.max(...done.map(({ toMs }) => toMs)) - Math.min(...done.map(({ fromMs }) => fromMs));
    const millions = rows / 1e6;
    return {
      rowsPerSecond: (rows / ms) * 1000,
      cpuSeconds: done.reduce((sum, one) => sum + one.cpuSeconds, 0) / millions,
      serverCpuSeconds: server.cpuSeconds() / millions,
    };
  } finally {
    await server.stop();
  }
}

function startImporter({ program, args }: { program: string; args: readonly string[] }) {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...KEYS } });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ready = lines.next();
  const done = ready
    .then(() => lines.next())
    .then(({ value }) => {
      if (value === undefined) throw new Error('an importer ended without a word');
      return importedRows.parse(JSON.parse(String(value)));
    });
  return { ready, done, begin: () => child.stdin.write('go\n') };
}
