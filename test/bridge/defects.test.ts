import assert from 'node:assert/strict';
import { endOf } from './refused-start.js';
import { Rig } from './rig.js';

/** Loaded ahead of the bridge: goes wrong once the bridge is at work. */
const DEFECTS = {
  'an exception that nobody catches': 'setTimeout(() => { throw new Error("gone wrong") }, 4000)',
  'a promise that nobody waits for': 'setTimeout(() => { Promise.reject(new Error("gone wrong")) }, 4000)',
};

describe('a defect of the bridge', () => {
  let rig: Rig;
  afterEach(() => rig.end());

  for (const [what, code] of Object.entries(DEFECTS))
    it(`(${what}) ends the process at once, so that its service starts another, and names the runbook`, async () => {
      rig = await Rig.start();
      const nodeArguments = ['--import', `data:text/javascript,${encodeURIComponent(code)}`];
      const child = rig.spawnBridge({ nodeArguments, stdio: ['pipe', 'ignore', 'pipe'], logLevel: 'error' });
      const end = await endOf(child);
      assert.equal(end.code, 1);
      assert.match(end.said, /^believe: defect, the bridge ends: Error: gone wrong/m);
      assert.match(end.said, /^ {2}-> .*docs\/bridge\.md, runbook "A bridge that ends by itself"$/m);
      assert.match(end.said, /"level":60,.*"failure":"Defect"/);
    });
});
