import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import os from 'node:os';
import { BRIDGE_NICE } from '../../shared/node/process/bridge-priority.js';

const MODULE = new URL('../../shared/node/process/bridge-priority.js', import.meta.url).href;

describe('priority of the bridge', () => {
  it('is raised where the system allows it, and said not to be where it does not', () => {
    const { isRaised, nice } = goBeforeOthers('');
    assert.equal(nice, isRaised ? BRIDGE_NICE : os.getPriority());
  });

  it('stays what it was for a user who may not raise it', function () {
    if (process.platform === 'win32' || process.getuid!() !== 0) this.skip();
    const NOBODY = 65_534;
    assert.deepEqual(goBeforeOthers(`process.setuid(${NOBODY});`), { isRaised: false, nice: os.getPriority() });
  });
});

function goBeforeOthers(first: string): { isRaised: boolean; nice: number } {
  const script = `
    import os from 'node:os';
    const { goBeforeOthers } = await import(${JSON.stringify(MODULE)});
    ${first}
    console.log(JSON.stringify({ isRaised: goBeforeOthers(), nice: os.getPriority() }));`;
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })) as {
    isRaised: boolean;
    nice: number;
  };
}
