import assert from 'node:assert/strict';
import { sampleFile } from '../../setup/sample-data.js';
import { TestHome } from './test-home.js';

const BARS = sampleFile('bars/NQ-5m-20241202-20250929.csv.gz');

describe('a ship of the head that looks at bars alone, on ten months of real bars', function () {
  this.timeout(300_000);
  let testHome: TestHome;
  beforeEach(async () => {
    testHome = await TestHome.open(
      {},
      {
        training: { heads: ['XGB_5m'] },
        instrument: { symbol: 'NQ', localSymbol: 'NQZ5', tickSize: 0.25, multiplier: 20 },
      },
    );
  });
  afterEach(() => testHome.close());

  it('is judged on every traded date, held because it would never trade, and goes all the way when it is approved', async () => {
    const approve = ['--approve', 'a sample run', '--by', 'ann'];
    const { code, stdout, stderr } = await testHome.believe('up', '--once', '--json', '--bars', BARS, ...approve);
    assert.equal(code, 0, stderr);
    const report = JSON.parse(stdout) as { held: boolean; reasons: string[]; artefacts: { envelope: string } };
    assert.equal(report.held, true);
    assert.match(report.reasons.join('\n'), /forecasts no better than the plain class shares/);
    assert.match(report.reasons.join('\n'), /It would never have traded on \d{3} trade dates/);
    const { predicate } = testHome.statement(report.artefacts.envelope);
    assert.deepEqual([predicate.gateVerdict, predicate.synthetic], ['hold', false]);
    assert.deepEqual(
      testHome.swaps().map(({ heads }) => heads.map(({ name }) => name)),
      [['XGB_5m']],
    );
  });
});
