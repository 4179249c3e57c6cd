import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { type Finding, isClean } from '../../deploy/check/finding.js';
import { askAll } from '../../deploy/check/forbidden/at-server.js';
import { findingsOf } from '../../deploy/check/forbidden/in-sandbox.js';
import { sandboxPlans } from '../../deploy/check/forbidden/sandbox-tries.js';
import type { HostNeeds } from '../../deploy/plan/host-needs.js';
import { needsOf } from '../../deploy/plan/plan-host.js';
import { parsed } from './example.js';

describe('what deploy check --try did not try', () => {
  const isFault = (findings: readonly Finding[]) => {
    assert.ok(findings.length > 0);
    for (const { state, fix } of findings) assert.ok(state !== 'unknown' && fix !== '');
    assert.equal(isClean(findings), false);
  };

  it('is a fault where no Temporal server answers', async () => {
    const freed = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => freed.once('listening', resolve));
    const { port } = freed.address() as { port: number };
    await new Promise((resolve) => freed.close(resolve));
    isFault(await askAll('research', { address: `127.0.0.1:${port}`, namespace: 'default', tls: {} }));
  });

  it('is a fault of each service whose process gave no answer', () => {
    const file = parsed();
    const needs = needsOf(file, file.hosts.find(({ os }) => os === 'linux')!, '.') as HostNeeds;
    const listener = { host: '127.0.0.1', port: 1 };
    const plans = sandboxPlans(needs, { secrets: [{ file: '/secret', owner: 'root' }], listener, signer: null });
    for (const plan of plans) {
      isFault(findingsOf(plan, null));
      assert.equal(isClean(findingsOf(plan, plan.may)), true, plan.service.name);
    }
    assert.ok(plans.length > 0);
  });
});
