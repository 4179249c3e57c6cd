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

  it('ends with exit code 1 outside the years that it knows', () => {
    const { stderr, status } = believe('next-open', '--at', '2031-01-01T00:00:00Z');
    assert.equal(status, 1);
    assert.match(stderr, /2010 to 2030/);
  });
});
