import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { bundleWorkflows, workflowCode, workflowModules } from '../../temporal/workflow-bundle.js';

describe('the build id of the workflows', () => {
  it('is of the modules that the bundle holds, all of them and no others', async () => {
    const { codePath } = await bundleWorkflows({ traces: true });
    const named = readFileSync(codePath, 'utf8').matchAll(
      /\.\/dist\/((?:workflows|shared|activities|telemetry)\/[\w./-]+\.js)/g,
    );
    const held = [...new Set([...named].map((match) => match[1]!))].sort();
    assert.ok(held.length > 15, held.join(' '));
    assert.deepEqual(workflowModules(), held);
  });

  it('is of the same bytes whatever folder the process was started in', async () => {
    const module = new URL('../../temporal/workflow-bundle.js', import.meta.url).href;
    const elsewhere = execFileSync(process.execPath, ['--input-type=module', '-e', PRINT_CODE, module], {
      cwd: tmpdir(),
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    assert.equal(sha256(elsewhere), sha256(await workflowCode()));
  });
});

const PRINT_CODE = `
  const { workflowCode } = await import(process.argv[1]);
  process.stdout.write(await workflowCode());`;

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
