import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

describe('the output of a command', () => {
  it('may be closed by who reads it: the command ends as if it had been read', async () => {
    const program = fileURLToPath(new URL('../../cli/main.js', import.meta.url));
    const command = spawn(process.execPath, [program, 'bridge', '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
    command.stdout.destroy();
    let said = '';
    command.stderr.on('data', (bytes) => {
      said += bytes;
    });
    const [code] = await once(command, 'close');
    assert.deepEqual([code, said], [0, '']);
  });
});
