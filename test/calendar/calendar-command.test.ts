import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';

function believe(...words: string[]) {
  return spawnSync(process.execPath, ['dist/cli/main.js', 'calendar', ...words], { encoding: 'utf8' });
}

describe('believe calendar', () => {
  it('prints the next open as one JSON object with UTC times', () => {
    const { stdout, status } = believe('next-open', '--at', '2025-07-03T15:00:00+02:00', '--json');
    assert.equal(status, 0);
    assert.deepEqual(JSON.parse(stdout), {
      rthOpen: '2025-07-03T13:30:00Z',
      rthClose: '2025-07-03T17:00:00Z',
      tradeDate: '2025-07-03',
    });
  });

  it('names the occasion of a special date, also where there is no session', () => {
    const { stdout } = believe('show', '--date', '2025-12-25', '--json');
    const shown = JSON.parse(stdout) as Record<string, unknown>;
    assert.deepEqual([shown.rthOpen, shown.globexOpen, shown.occasion], [null, null, 'Christmas']);
  });

  it('ends with exit code 2 and an example where a time has no time zone or is none', () => {
    for (const time of ['2025-07-03T15:00:00', 'tomorrow', '2025-02-30T00:00:00Z']) {
      const { stdout, stderr, status } = believe('next-open', '--at', time, '--json');
      assert.equal(status, 2, time);
      assert.equal(stdout, '');
      assert.match(stderr, /2025-07-03T18:00:00Z/);
    }
  });

  it('answers by the hours of a product, and names product and group', () => {
    const shown = JSON.parse(believe('show', '--date', '2024-11-29', '--product', 'CL', '--json').stdout) as object;
    assert.deepEqual(shown, {
      ...{ product: 'CL', group: 'NYMEX energy', tradeDate: '2024-11-29' },
      ...{ globexOpen: '2024-11-28T23:00:00Z', globexClose: '2024-11-29T19:45:00Z' },
      ...{ pauseStart: null, pauseEnd: null, rthOpen: '2024-11-29T14:00:00Z', rthClose: '2024-11-29T19:30:00Z' },
      ...{ halfDay: false, occasion: 'Day after Thanksgiving', disputed: true },
    });
    const open = believe('next-open', '--at', '2024-11-29T20:00:00Z', '--product', '6E', '--json').stdout;
    assert.deepEqual(JSON.parse(open), {
      ...{ product: '6E', group: 'CME foreign exchange', tradeDate: '2024-12-02' },
      ...{ rthOpen: '2024-12-02T13:20:00Z', rthClose: '2024-12-02T20:00:00Z' },
    });
    assert.match(believe('show', '--date', '2024-11-29', '--product', 'GC').stdout, /rthClose +2024-11-29T18:30:00Z/);
    assert.match(believe('show', '--help').stdout, /--product/);
  });

  it('names the groups where a product has none, and says which may be traded', () => {
    for (const product of ['ZC', 'cl', '', 'toString']) {
      const { stdout, stderr, status } = believe('show', '--date', '2024-11-29', '--product', product, '--json');
      assert.deepEqual([stdout, status], ['', 2], product);
      for (const group of ['CME equity index', 'NYMEX energy', 'CME foreign exchange', 'GC', 'ZN'])
        assert.ok(stderr.includes(group), `${product}: ${stderr}`);
    }
    const { groups } = JSON.parse(believe('products', '--json').stdout) as {
      groups: { group: string; tradable: boolean }[];
    };
    assert.deepEqual(
      groups.map(({ group, tradable }) => [group, tradable]),
      [
        ['CME equity index', true],
        ['NYMEX energy', false],
        ['COMEX and NYMEX metals', false],
        ['CBOT and CME interest rates', false],
        ['CME foreign exchange', false],
      ],
    );
  });

  it('ends with exit code 1 outside the years that it knows', () => {
    const { stderr, status } = believe('next-open', '--at', '2031-01-01T00:00:00Z');
    assert.equal(status, 1);
    assert.match(stderr, /2010 to 2030/);
  });
});
