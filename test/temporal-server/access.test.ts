import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CERTIFICATE_ROLES } from '../../deploy/certificates/roles.js';
import { findOnPath } from '../../setup/find-on-path.js';
import { runCommand } from '../../setup/run-command.js';
import { CHECKED_MODULES } from '../../setup/run-go.js';
import { TEMPORAL_SERVER_SOURCES } from '../../setup/temporal-server.js';
import { TEMPORAL_PIN } from '../../setup/temporal-version.js';
import { TASK_QUEUES } from '../../shared/orchestration/ship/task-queues.js';

describe('the rules of a Temporal server of our own', function () {
  this.timeout(900_000);
  const source = (name: string) => readFileSync(path.join(TEMPORAL_SERVER_SOURCES, name), 'utf8');

  it('hold for every method of every service, in Go', async function () {
    const go = await findOnPath('go');
    if (go === undefined) this.skip();
    const env = { ...process.env, ...CHECKED_MODULES };
    const args = ['-C', TEMPORAL_SERVER_SOURCES, 'test', '-mod=readonly', '-vet=off', './access'];
    const { status, stdout, stderr } = await runCommand(go, args, { timeLimitMs: 890_000, env });
    assert.equal(status, 0, `${stdout}${stderr}`);
  });

  it('know the task queues, the roles and the server that the rest of the code knows', () => {
    const checks = source('access/checks.go');
    for (const queue of Object.values(TASK_QUEUES)) assert.ok(checks.includes(`"${queue}"`), queue);
    const roles = [...source('access/roles.go').matchAll(/Role = "(\w+)"|^\t\w+ +Role = "(\w+)"/gm)];
    assert.deepEqual(new Set(roles.map(([, one, other]) => one ?? other)), new Set(CERTIFICATE_ROLES));
    assert.ok(source('go.mod').includes(`go.temporal.io/server v${TEMPORAL_PIN.serverVersion}`));
  });
});
