import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { summarise } from '../../research/backtest/backtest-report.js';
import { Days } from './days.js';

const run = promisify(execFile);
const MAIN = fileURLToPath(new URL('../../cli/main.js', import.meta.url));
const believe = (...args: string[]) => run(process.execPath, [MAIN, 'backtest', ...args]);

describe('believe backtest', function () {
  this.timeout(120_000);
  let days: Days;
  let market: string[];
  before(async () => {
    days = await Days.make(3, 2);
    market = [...days.files.flatMap((file) => ['--file', file]), '--bars', days.bars, '--release', days.candidate];
  });
  after(() => days.remove());

  it('prints what the days add up to, with the digest of this process', async () => {
    const { stdout } = await believe(...market, '--json');
    const printed = JSON.parse(stdout) as Record<string, unknown>;
    const { markouts, ...here } = summarise(await days.backtest());
    for (const [name, value] of Object.entries(here)) assert.deepEqual(printed[name], value, name);
    assert.deepEqual(printed.markouts, markouts);
    assert.deepEqual([printed.release, printed.synthetic, printed.days], ['candidate', true, 3]);
  });

  it('takes the dates and the instrument that are asked for', async () => {
    const { stdout } = await believe(...market, '--date-from', '2014-01-03', '--date-to', '2014-01-03', '--json');
    assert.equal((JSON.parse(stdout) as { days: number }).days, 1);
    await assert.rejects(believe(...market, '--instrument', 'NQZ5'), {
      code: 2,
      stderr: /none of the 3 files is about NQZ5/,
    });
  });

  it('writes a report that stands alone and says SYNTHETIC', async () => {
    const file = path.join(days.folder, 'report.html');
    await believe(...market, '--fill', 'probabilistic', '--entry', 'limit', '--html', file);
    const page = readFileSync(file, 'utf8');
    assert.match(page, /SYNTHETIC: every number on this page comes from a generated market/);
    assert.equal(page.match(/<svg /g)?.length, 5);
    assert.doesNotMatch(page, /<script|https?:\/\/|NaN|undefined/);
    const { digest } = summarise(await days.backtest({ entry: 'limit', queue: { kind: 'power3', n: 1 } }));
    assert.ok(page.includes(digest));
  });

  it('takes settings from a file, and says which of them is wrong', async () => {
    const file = path.join(days.folder, 'settings.json');
    writeFileSync(file, JSON.stringify({ entry: 'limit', queue: { kind: 'log' } }));
    const { stdout } = await believe(...market, '--settings', file, '--json');
    const { digest } = summarise(await days.backtest({ entry: 'limit', queue: { kind: 'log' } }));
    assert.equal((JSON.parse(stdout) as { digest: string }).digest, digest);
    writeFileSync(file, JSON.stringify({ feePerContract: -1 }));
    await assert.rejects(believe(...market, '--settings', file), { code: 2, stderr: /feePerContract/ });
  });

  it('refuses wrong usage with exit code 2', async () => {
    await assert.rejects(believe(), { code: 2, stderr: /--file/ });
    await assert.rejects(believe('--file', days.files[0]!), { code: 2, stderr: /--release or --home/ });
    await assert.rejects(believe(...market, '--fill', 'calibrated'), { code: 2, stderr: /--own-orders/ });
    await assert.rejects(believe(...market, '--fill', 'hopeful'), { code: 2 });
  });
});
