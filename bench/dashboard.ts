import { Agent, request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { type LocalPage, startLocalPage } from '../deploy/local-page.js';
import { findOnPath } from '../setup/find-on-path.js';
import { generateSigningKey } from '../shared/trust/ed25519-key.js';
import type { BenchResult } from './bench-result.js';
import { ORIGIN, RecordPoster } from './dashboard/record-poster.js';

const DAYS = 250;
const FILLS_A_DAY = 100;
const ROUNDS = 5;
const SECONDS_A_ROUND = 3;
const CONNECTIONS = 16;
const VIEW_BYTES_AIM = 60_000;

/**
 * The page with a year of a SYNTHETIC record in it: requests against a Worker that says hello, taken in turns; how long a visitor's
 * browser needs to check all of it; how many bytes the first view is.
 */
export async function benchDashboard(log: (line: string) => void): Promise<BenchResult[]> {
  const key = generateSigningKey();
  const page = await startLocalPage({
    ...{ origin: ORIGIN, fundName: 'Bench', host: '127.0.0.1', port: 0, folder: null },
    stateKeys: [key.spkiDer.toString('base64')],
  });
  const { Miniflare } = await import('miniflare');
  const hello = new Miniflare({
    ...{ modules: true, host: '127.0.0.1', port: 0, compatibilityDate: '2026-07-01' },
    script: "export default { fetch() { return new Response('hello'); } }",
  });
  try {
    const poster = new RecordPoster(key);
    log(`publishing ${DAYS} dates with ${FILLS_A_DAY} fills each`);
    for (const body of [...poster.growAll(poster.record(DAYS, FILLS_A_DAY)), ...poster.documents()])
      await posted(page, body);
    const helloUrl = (await hello.ready).href;
    const rounds: { page: Load; hello: Load }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      rounds.push({ page: await load(`${page.url}/api/state.json`), hello: await load(helloUrl) });
      log(
        `round ${round + 1}/${ROUNDS}: snapshot ${rounds.at(-1)!.page.perSecond.toFixed(0)}/s, hello ${rounds.at(-1)!.hello.perSecond.toFixed(0)}/s`,
      );
    }
    const whole = await load(`${page.url}/`);
    const view = await (await fetch(page.url)).text();
    const [best, bare] = [byMedian(rounds.map(({ page: one }) => one)), byMedian(rounds.map(({ hello: one }) => one))];
    const seconds = await checkInBrowser(page.url, log);
    return [
      {
        job: 'dashboard: snapshot, requests',
        ...ratioOf(best.perSecond, bare.perSecond),
        ...{ peerName: 'bare Worker', unit: '1/s', aim: '>= 0.5' },
      },
      {
        job: 'dashboard: snapshot, p99',
        ...ratioOf(best.msP99, bare.msP99),
        ...{ peerName: 'bare Worker', unit: 'ms', aim: '<= 2' },
      },
      {
        job: 'dashboard: whole page, requests',
        ...ratioOf(whole.perSecond, bare.perSecond),
        ...{ peerName: 'bare Worker', unit: '1/s', aim: '>= 0.5' },
      },
      {
        job: `dashboard: a browser checks ${DAYS} dates of ${FILLS_A_DAY} fills`,
        ...{ ours: seconds, peer: 1, peerName: 'at most', unit: 's', ratio: seconds, aim: '< 1' },
      },
      {
        job: 'dashboard: first view, gzip',
        ...ratioOf(gzipSync(view).length / 1000, VIEW_BYTES_AIM / 1000),
        ...{ peerName: 'at most', unit: 'kB', aim: '< 1' },
      },
    ];
  } finally {
    await page.close();
    await hello.dispose();
  }
}

const ratioOf = (ours: number, peer: number) => ({ ours, peer, ratio: ours / peer });

async function posted(page: LocalPage, body: Buffer): Promise<void> {
  const { status } = await fetch(`${page.url}/ingest`, { method: 'POST', body: Buffer.from(body) });
  if (status !== 200) throw new Error(`the page has answered ${status}`);
}

interface Load {
  readonly perSecond: number;
  readonly msP99: number;
}

function byMedian(loads: readonly Load[]): Load {
  return [...loads].sort((a, b) => a.perSecond - b.perSecond)[loads.length >> 1]!;
}

/** Some connections that are kept, each with one request after the other. */
async function load(url: string): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const ms: number[] = [];
  const startMs = performance.now();
  const connection = async () => {
    while (performance.now() - startMs < SECONDS_A_ROUND * 1000) {
      const sentMs = performance.now();
      await once(url, agent);
      ms.push(performance.now() - sentMs);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  agent.destroy();
  ms.sort((a, b) => a - b);
  return { perSecond: ms.length / ((performance.now() - startMs) / 1000), msP99: ms[Math.floor(ms.length * 0.99)]! };
}

function once(url: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    request(url, { agent }, (response) => {
      response.resume();
      response.once('end', resolve);
    })
      .once('error', reject)
      .end();
  });
}

async function checkInBrowser(url: string, log: (line: string) => void): Promise<number> {
  const executablePath = (await findOnPath('chromium')) ?? (await findOnPath('google-chrome'));
  if (executablePath === undefined) throw new Error('there is no Chromium: apt-get install chromium');
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    const view = await browser.newPage();
    await view.goto(url, { waitUntil: 'domcontentloaded' });
    const startMs = performance.now();
    await view.click('#all');
    for (;;) {
      const said = (await view.textContent('#allSaid')) ?? '';
      if (/ s$/.test(said)) {
        log(said);
        return Number(/checked in ([\d.]+) s$/.exec(said)![1]);
      }
      if (performance.now() - startMs > 120_000) throw new Error(`the page says: ${said}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } finally {
    await browser.close();
  }
}
