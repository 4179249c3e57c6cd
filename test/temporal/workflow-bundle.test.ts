import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { bundleWorkflows, workflowModules } from '../../temporal/workflow-bundle.js';

describe('the build id of the workflows', () => {
  it('is of the modules that the bundle holds, all of them and no others', async () => {
    const { codePath } = await bundleWorkflows();
    const named = readFileSync(codePath, 'utf8').matchAll(/\.\/dist\/((?:workflows|shared|activities)\/[\w./-]+\.js)/g);
    const held = [...new Set([...named].map((match) => match[1]!))].sort();
    assert.ok(held.length > 15, held.join(' '));
    assert.deepEqual(workflowModules(), held);
  });
});
