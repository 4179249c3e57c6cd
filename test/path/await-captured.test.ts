import assert from 'node:assert/strict';
import { awaitCaptured } from '../../research/ship/await-captured.js';

describe('a ship that waits for the newest captured day', () => {
  const waiting = (changes: Partial<Parameters<typeof awaitCaptured>[0]> & { complete: () => readonly string[] }) => {
    const said: string[] = [];
    const stop = new AbortController();
    const over = awaitCaptured(
      { newestEnded: () => '2025-06-03', deadlineMs: Date.now() + 60_000, everyMs: 5, ...changes },
      { signal: stop.signal, progress: ({ doing }) => said.push(doing) },
    );
    return { over, said, stop };
  };

  it('begins at once where it is in the store', async () => {
    const { over, said } = waiting({ complete: () => ['2025-06-02', '2025-06-03'] });
    await over;
    assert.deepEqual(said, []);
  });

  it('begins as soon as it has come home, and says meanwhile what it waits for', async () => {
    let looks = 0;
    const { over, said } = waiting({ complete: () => (++looks < 4 ? ['2025-06-02'] : ['2025-06-02', '2025-06-03']) });
    await over;
    assert.equal(looks, 4);
    assert.match(said[0]!, /^waiting until \S+Z for 2025-06-03 to come home whole$/);
  });

  it('waits no longer than the deadline, and not at all after it', async () => {
    const deadlineMs = Date.now() + 30;
    const { over, said } = waiting({ complete: () => [], deadlineMs });
    await over;
    assert.ok(Date.now() >= deadlineMs && said.length > 0);
    const late = waiting({ complete: () => [], deadlineMs });
    await late.over;
    assert.deepEqual(late.said, []);
  });

  it('ends when the ship is aborted', async () => {
    const { over, stop } = waiting({ complete: () => [], everyMs: 60_000 });
    stop.abort();
    await assert.rejects(over, { name: 'AbortError' });
  });
});
