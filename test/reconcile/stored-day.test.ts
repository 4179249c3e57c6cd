import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type DoubtfulDay, doubtfulSpans } from '../../research/reconcile/doubtful-spans.js';
import { reconcileDay, reportFile } from '../../research/reconcile/reconcile-day.js';
import { reconcileReport } from '../../research/reconcile/report.js';
import { formatEventLine, formatHeaderLine } from '../../shared/market/events/depth-line.js';
import { TickScale } from '../../shared/market/events/tick-scale.js';
import { batchesOf, type TestEvent } from '../market/event.js';
import { StoreRig } from '../store/store-rig.js';
import { believe } from './believe.js';
import { degrade } from './degrade.js';
import { realMarket } from './markets.js';

const DAY = { instrument: 'ESU9', tradeDate: '2019-08-29' } as const;

/** Events as a depth file of a feed. */
function depthFile(source: string, events: readonly TestEvent[], tickSize = 0.25): string {
  const scale = new TickScale(tickSize);
  const header = {
    kind: 'header' as const,
    v: 1 as const,
    source,
    instrument: DAY.instrument,
    tickSize,
    multiplier: 50,
    levels: 10,
  };
  const lines = batchesOf(events).flatMap((batch) =>
    Array.from({ length: batch.length }, (_, i) => formatEventLine(batch, i, scale)),
  );
  return formatHeaderLine(header) + lines.join('');
}

describe('a stored date of two captures', function () {
  this.timeout(60_000);
  const rig = new StoreRig();
  let files: { readonly ib: string; readonly sierra: string };

  before(async () => {
    const market = await realMarket();
    const late = degrade(market, { seed: 1, delayMs: 40, jitterMs: 20, aggregates: true, silent: [0.3, 0.55] });
    files = { ib: depthFile('ib', late.events), sierra: depthFile('sierra', market) };
  });

  async function stored(): Promise<void> {
    for (const [name, contents] of Object.entries(files)) await rig.importAs(`${name}.jsonl`, contents);
  }

  it('leaves report, page and doubtful spans, and the same ones when it is done again', async () => {
    await stored();
    const out = path.join(rig.folder, 'out');
    const report = await reconcileDay({ store: rig.store, ...DAY, out });
    assert.equal(report.verdict, 'doubtful');
    const said = readFileSync(reportFile(out, DAY, 'json'));
    assert.deepEqual(reconcileReport.parse(JSON.parse(said.toString())), report);
    assert.match(readFileSync(reportFile(out, DAY, 'html'), 'utf8'), /<h1>ESU9, 2019-08-29: ib and sierra<\/h1>/);
    const day = doubtfulSpans(rig.store, DAY.instrument, DAY.tradeDate)!;
    assert.deepEqual(day.spans, report.doubtful);
    assert.equal(day.reportSha256, createHash('sha256').update(said).digest('hex'));
    const file = path.join(rig.store.root, 'doubtful', 'ESU9', '2019-08-29.json');
    const before = readFileSync(file);
    await reconcileDay({ store: rig.store, ...DAY, out });
    assert.deepEqual([readFileSync(file), readFileSync(reportFile(out, DAY, 'json'))], [before, said]);
  });

  it('knows none before it was reconciled, and names what is damaged', async () => {
    assert.equal(doubtfulSpans(rig.store, 'ESU9', '2019-08-29'), null);
    const file = path.join(rig.store.root, 'doubtful', 'ESU9', '2019-08-29.json');
    mkdirSync(path.dirname(file), { recursive: true });
    for (const text of ['{', '{}', JSON.stringify({ kind: 'believe.doubtful-spans' } satisfies Partial<DoubtfulDay>)]) {
      writeFileSync(file, text);
      assert.throws(() => doubtfulSpans(rig.store, 'ESU9', '2019-08-29'), /2019-08-29\.json: holds no doubtful spans/);
    }
  });

  it('is incomparable with one feed only, and doubts nothing', async () => {
    await rig.importAs('ib.jsonl', files.ib);
    const report = await reconcileDay({ store: rig.store, ...DAY });
    assert.deepEqual([report.verdict, report.findings[0]!.sentence], ['incomparable', 'sierra has no events.']);
    assert.deepEqual(doubtfulSpans(rig.store, DAY.instrument, DAY.tradeDate)!.spans, []);
    await assert.rejects(reconcileDay({ store: rig.store, ...DAY, feeds: ['a', 'b'] }), {
      type: 'NoSuchDepth',
      message: /from a or b; it has ib/,
    });
  });

  it('is refused where the feeds count in other ticks', async () => {
    await rig.importAs('ib.jsonl', files.ib);
    await rig.importAs('sierra.jsonl', depthFile('sierra', (await realMarket()).slice(0, 500), 0.5));
    await assert.rejects(reconcileDay({ store: rig.store, ...DAY }), { type: 'WrongTick' });
  });

  it('is told by the command from the store: summary, page, exit code 1, --json, and names that lead nowhere', async () => {
    await stored();
    const words = ['reconcile', '--store', rig.store.root, '--date', DAY.tradeDate];
    const told = believe(...words, '--instrument', 'ESU9');
    assert.equal(told.status, 1, told.stderr);
    assert.match(told.stdout, /^ESU9, 2019-08-29, ib and sierra: doubtful\nvolume in both {3}\d\d\.\d\d %\n/);
    const page = /^page +(.*)$/m.exec(told.stdout)![1]!;
    assert.ok(page.startsWith(rig.store.root) && existsSync(page));
    const json = believe(...words, '--instrument', 'ESU9', '--json', '--feeds', 'sierra,ib');
    assert.equal(reconcileReport.parse(JSON.parse(json.stdout)).first.name, 'sierra');
    const unknown = believe(...words, '--instrument', '../../X');
    assert.deepEqual([unknown.status, unknown.stdout], [1, '']);
    assert.match(unknown.stderr, /has no depth of/);
  });

  it('is told by the command from two files, or folders of segments, without a store', () => {
    const [one, other] = [path.join(rig.folder, 'one'), path.join(rig.folder, 'other.jsonl')];
    mkdirSync(one);
    writeFileSync(path.join(one, 'dom_ib-ESU9-2019-08-29-1.jsonl'), files.sierra);
    writeFileSync(other, files.sierra);
    const told = believe('reconcile', '--file', one, '--file', other, '--out', rig.folder);
    assert.equal(told.status, 0, told.stderr);
    assert.match(told.stdout, /^ESU9, 2019-08-29, one and other\.jsonl: agree\nvolume in both {3}100\.00 %/);
    assert.ok(existsSync(reportFile(rig.folder, DAY, 'html')));
  });

  it('says what is wrong with how it was asked', () => {
    for (const [words, status, sentence] of [
      [['--file', 'x'], 2, /two captures are compared, and 1 named/],
      [['--file', 'nowhere', '--file', 'nowhere'], 1, /nowhere: is not there/],
      [['--instrument', 'X'], 2, /which date of which contract\?/],
      [['--feeds', 'ib'], 2, /give two names, such as ib,sierra/],
      [['--date', '2019-13-01'], 2, /give a day that there is/],
    ] as const) {
      const told = believe('reconcile', ...words);
      assert.equal(told.status, status, told.stderr);
      assert.match(told.stderr, sentence);
    }
    assert.match(believe('reconcile', '--help').stdout, /Exit code 0: they agree\. 1: doubtful/);
  });
});
