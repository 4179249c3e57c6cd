import assert from 'node:assert/strict';
import { existsSync, renameSync } from 'node:fs';
import path from 'node:path';
import { prepareInput } from '../../cli/up/market-input.js';
import { configSchema } from '../../shared/config/config.js';
import { temporaryFolder } from '../release/release-fixture.js';

describe('a home that was moved', () => {
  const folder = temporaryFolder();

  it('finds its generated market where it is now', async () => {
    const at = (name: string) => path.join(folder(), name);
    const configOf = (home: string) =>
      configSchema.parse({ home, input: { kind: 'synthetic', days: 1, minutesPerDay: 1, barDays: 2 } });
    await prepareInput(configOf(at('before')), () => {});
    renameSync(at('before'), at('after'));
    const { config, gatewayData } = await prepareInput(configOf(at('after')), () =>
      assert.fail('the market is made anew'),
    );
    assert.ok(config.input.kind === 'files');
    for (const file of [...config.input.depth, ...config.input.bars, gatewayData])
      assert.ok(file.startsWith(at('after')) && existsSync(file), file);
  });
});
