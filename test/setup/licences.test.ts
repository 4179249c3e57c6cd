import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

interface Licences {
  licenceFaults(lock: { packages: Record<string, { license?: string; version?: string; dev?: boolean }> }): string[];
}

describe('the licences of what is installed', () => {
  const load = async () => (await import(new URL('../../../scripts/licences.mjs', import.meta.url).href)) as Licences;

  it('are all on the list', async () => {
    const { licenceFaults } = await load();
    assert.deepEqual(licenceFaults(JSON.parse(readFileSync('package-lock.json', 'utf8'))), []);
  });
  it('are refused by name where they are not, or not stated', async () => {
    const { licenceFaults } = await load();
    const of = (license?: string) =>
      licenceFaults({
        packages: { '': {}, 'node_modules/a/node_modules/@b/c': { version: '1.0.0', ...(license && { license }) } },
      });
    for (const allowed of ['MIT', '(MIT OR GPL-3.0)', 'GPL-2.0 OR ISC', 'MIT AND Apache-2.0'])
      assert.deepEqual(of(allowed), [], allowed);
    for (const refused of ['GPL-3.0', 'AGPL-3.0-only', 'MIT AND GPL-2.0', 'SEE LICENSE IN LICENSE'])
      assert.deepEqual(of(refused), [`@b/c 1.0.0: ${refused}`]);
    assert.deepEqual(of(), ['@b/c 1.0.0: states no licence']);
    const tool = (dev: boolean) =>
      licenceFaults({ packages: { 'node_modules/a': { version: '1.0.0', license: 'MPL-2.0', dev } } });
    assert.deepEqual([tool(true), tool(false)], [[], ['a 1.0.0: MPL-2.0']], 'weak copyleft, of what is not handed on');
  });
});
