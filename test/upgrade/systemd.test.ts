import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { systemd } from '../../deploy/upgrade/systemd.js';

/** A program in the place of systemctl, which writes down the words that it gets. */
const STAND_IN = `#!/bin/sh
echo "$*" >> "$(dirname "$0")/asked"
case "$*" in
  *list-units*) printf 'believe-research.service loaded active running research\\nbelieve-orchestrator@0.1.0-aa.service loaded active running old\\n' ;;
  *believe-broken*) echo 'Unit believe-broken.service not found.' >&2; exit 5 ;;
esac
`;

describe('what an upgrade asks of systemd', () => {
  let folder: string;
  beforeEach(function () {
    if (process.platform === 'win32') this.skip();
    folder = mkdtempSync(path.join(os.tmpdir(), 'believe-systemctl-'));
    writeFileSync(path.join(folder, 'systemctl'), STAND_IN, { mode: 0o755 });
  });
  afterEach(() => folder && rmSync(folder, { recursive: true, force: true }));

  it('units by name, now and with the machine; what it refuses is told', async () => {
    const services = systemd({ program: path.join(folder, 'systemctl'), isHere: true });
    await services.restart('believe-research');
    await services.keep('believe-orchestrator@0.1.0-aa');
    await services.end('believe-orchestrator@0.1.0-aa');
    assert.deepEqual(await services.running(), ['believe-research', 'believe-orchestrator@0.1.0-aa']);
    assert.deepEqual(readFileSync(path.join(folder, 'asked'), 'utf8').trim().split('\n').slice(0, 3), [
      '--no-pager restart believe-research.service',
      '--no-pager enable --now believe-orchestrator@0.1.0-aa.service',
      '--no-pager disable --now believe-orchestrator@0.1.0-aa.service',
    ]);
    await assert.rejects(services.restart('believe-broken'), {
      ...{
        name: 'UpgradeStuck',
        message: 'systemctl restart believe-broken.service: Unit believe-broken.service not found.',
      },
    });
  });

  it('nothing where it does not run the machine', () => {
    assert.throws(() => systemd({ isHere: false }), { name: 'Usage', message: /systemd does not run this machine/ });
  });
});
