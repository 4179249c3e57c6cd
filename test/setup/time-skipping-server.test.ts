import assert from 'node:assert/strict';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { obtainTimeSkippingServer } from '../../setup/time-skipping-server.js';
import { Failure } from '../../shared/failure.js';
import { temporaryFolder } from './temporary-folder.js';

const DAY_MS = 86_400_000;

describe('time-skipping test server', () => {
  const folder = temporaryFolder();

  it('lets ten days pass without waiting for them', async function () {
    const server = await obtainTimeSkippingServer().catch((error: unknown) => {
      // Java and Maven are optional: workflow tests then run on the dev server.
      if (error instanceof Failure) this.skip();
      throw error;
    });
    const environment = await TestWorkflowEnvironment.createTimeSkipping({
      server: { executable: { type: 'existing-path', path: server.path } },
    });
    try {
      const beforeMs = await environment.currentTimeMs();
      await environment.sleep('10 days');
      assert.ok((await environment.currentTimeMs()) - beforeMs >= 10 * DAY_MS);
    } finally {
      await environment.teardown();
    }
  });
  it('is refused with the fix where there is no Java', async () => {
    await assert.rejects(obtainTimeSkippingServer({ env: { PATH: '', BELIEVE_CACHE: folder() } }), {
      type: 'TimeSkippingServerNotObtained',
      fix: /Java/,
    });
  });
});
