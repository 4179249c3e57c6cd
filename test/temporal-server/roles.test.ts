import assert from 'node:assert/strict';
import { OwnServer, whatIsMissing } from './own-server.js';

describe('a Temporal server of our own', function () {
  this.timeout(600_000);
  let own: OwnServer;
  before(async function () {
    const missing = await whatIsMissing();
    if (missing !== null) {
      process.stderr.write(`skipped: ${missing}\n`);
      this.skip();
    }
    own = await OwnServer.open();
  });
  after(() => own?.close());

  it('answers', async () => {
    const client = await own.client('operator');
    const { workflowService } = client.connection;
    await workflowService.describeNamespace({ namespace: 'believe' });
    await assert.rejects(workflowService.registerNamespace({ namespace: 'x' }), /nobody|unauthorized|Request/);
    await client.connection.close();
    process.stderr.write(own.log.slice(-6000));
  });
});
