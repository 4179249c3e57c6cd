import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../setup/run-command.js';

describe('a process that runs models', () => {
  it('leaves nothing of its own for the maker of onnxruntime', async () => {
    const home = mkdtempSync(path.join(os.tmpdir(), 'believe-telemetry-'));
    try {
      const program = fileURLToPath(new URL('load-head-process.js', import.meta.url));
      const { XDG_CACHE_HOME: _, ORT_DISABLE_TELEMETRY: __, ...others } = process.env;
      const env = { ...others, HOME: home, LOCALAPPDATA: home };
      const run = await runCommand(process.execPath, [program], { timeLimitMs: 60_000, env });
      assert.equal(run.stdout, '2\n', run.stderr);
      assert.deepEqual(readdirSync(home), []);
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });
});
