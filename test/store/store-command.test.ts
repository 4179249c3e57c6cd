import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { REAL_FILES } from '../market/real-files.js';

const MAIN = fileURLToPath(new URL('../../cli/main.js', import.meta.url));

describe('believe store', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'believe-store-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function believe(...words: string[]): { status: number | null; lines: string[]; stderr: string } {
    const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'store', ...words, '--store', folder], {
      encoding: 'utf8',
    });
    return { status, lines: stdout.trim().split('\n'), stderr };
  }

  it('imports with one JSON line a file, and says the same of a file that is there already', () => {
    const first = believe('import', '--json', REAL_FILES.es, REAL_FILES.mbp1);
    assert.equal(first.status, 0, first.stderr);
    const [es, mbp] = first.lines.map((line) => JSON.parse(line));
    assert.deepEqual(Object.keys(es).slice(0, 6), ['file', 'format', 'read', 'rejected', 'datasets', 'seconds']);
    assert.equal(es.file, REAL_FILES.es);
    assert.deepEqual(es.read, { depth: 20_577, trades: 838 });
    assert.equal(es.rejected, 0);
    const [book, ticks] = es.datasets;
    assert.deepEqual(
      [book.dataset, book.instrument, book.tradeDate, book.rows],
      ['mbp10', 'ESU9', '2019-08-29', 21_415],
    );
    assert.deepEqual([ticks.dataset, ticks.rows], ['ticks', 838]);
    assert.match(book.shards[0].sha256, /^[0-9a-f]{64}$/);
    assert.ok(book.shards[0].bytes > 0 && es.seconds > 0);
    assert.equal(mbp.read.records, 2288);
    const again = JSON.parse(believe('import', '--json', REAL_FILES.es).lines[0]!);
    assert.deepEqual(again.datasets, es.datasets);
    assert.deepEqual([es.isNew, again.isNew], [true, false]);
  });

  it('imports the files that can be, names the one that cannot, and ends with 1', () => {
    const broken = path.join(folder, 'broken.jsonl');
    writeFileSync(broken, 'no market data\n');
    const { status, lines, stderr } = believe('import', '--json', broken, REAL_FILES.scid);
    assert.equal(status, 1);
    assert.match(stderr, /broken\.jsonl: is of no known kind\n {2}-> give one of/);
    assert.equal(JSON.parse(lines[0]!).error.type, 'BadInput');
    assert.equal(JSON.parse(lines[1]!).read.trades, 10);
  });

  it('lists, pins, checks and exports, and fsck ends with 1 where an object is damaged', () => {
    believe('import', REAL_FILES.scid);
    const { datasets } = JSON.parse(believe('ls', '--json').lines[0]!);
    assert.deepEqual([datasets.length, datasets[0].dataset, datasets[0].rows], [1, 'ticks', 10]);
    const { merkleRoot } = JSON.parse(believe('snapshot', '--json').lines[0]!);
    const exported = JSON.parse(
      believe('export', '--codec', 'snappy', '--out', path.join(folder, 'out'), '--json').lines[0]!,
    );
    assert.equal(exported.files[0].rows, 10);
    assert.equal(believe('fsck').status, 0);
    const { sha256 } = datasets[0].shards[0];
    const file = path.join(folder, 'objects', 'sha256', sha256.slice(0, 2), `${sha256}.parquet`);
    const bytes = readFileSync(file);
    bytes[100]! ^= 1;
    writeFileSync(file, bytes);
    const { status, lines } = believe('fsck', '--json');
    const check = JSON.parse(lines[0]!);
    assert.deepEqual([status, check.ok, check.faults[0].sha256], [1, false, sha256]);
    assert.ok(check.faults[0].namedBy.includes(`snapshot ${merkleRoot}`));
  });

  it('ends with 2 where it is used wrongly', () => {
    for (const words of [
      ['import'],
      ['export'],
      ['ls', '--dataset', 'none'],
      ['ls', '--from', 'yesterday'],
      ['import', 'x', '--on-error', 'skip'],
    ])
      assert.equal(believe(...words).status, 2, words.join(' '));
  });
});
