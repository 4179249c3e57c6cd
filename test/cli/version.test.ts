import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../cli/main.js', import.meta.url));

describe('believe --version', () => {
  it('prints the version of the package and nothing else', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    assert.equal(execFileSync(process.execPath, [MAIN, '--version'], { encoding: 'utf8' }), `${version}\n`);
  });

  it('is told by --help', () => {
    assert.match(
      execFileSync(process.execPath, [MAIN, '--help'], { encoding: 'utf8' }),
      /--version +print the version/,
    );
  });
});
