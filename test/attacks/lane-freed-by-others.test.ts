import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Lane } from '../../research/ship/lane.js';

const context = { progress: () => {}, signal: new AbortController().signal };

describe('attack: a foreign workflow frees the lane of a ship that is past the gate', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'believe-lane-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('is let be: only the run that has taken the lane frees it', async () => {
    const lane = new Lane(folder, async () => true);
    const holder = { shipId: 'ship/1', workflowId: 'ship/1', runId: 'a' };
    const next = { shipId: 'ship/2', workflowId: 'ship/2', runId: 'b' };
    const takes = () =>
      Promise.race([
        lane.take(next, { ...context, signal: AbortSignal.timeout(300) }).then(() => true),
        new Promise((resolve) => setTimeout(() => resolve(false), 200)),
      ]).catch(() => false);
    await lane.take(holder, context);
    lane.leave({ ...holder, workflowId: 'foreign/1', runId: 'c' });
    lane.leave({ ...holder, runId: 'c' });
    assert.equal(await takes(), false, 'the lane is still taken');
    lane.leave(holder);
    assert.equal(await takes(), true);
  });
});
