import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Launched, launch } from '../../cli/up/launch.js';
import { prepareTools } from '../../cli/up/up.js';
import type { ConfigInput } from '../../shared/config/config.js';
import { loadConfig } from '../../shared/node/config/load-config.js';
import { Stack } from '../../stack/stack.js';

/** The whole default set-up, in a home of its own and without the nightly schedule, for as long as the work takes. */
export async function withSetUp<T>(
  settings: ConfigInput,
  log: (line: string) => void,
  work: (client: Launched['client'], home: string) => Promise<T>,
): Promise<T> {
  const home = mkdtempSync(path.join(tmpdir(), 'believe-bench-'));
  const overrides: ConfigInput = { clock: { kind: 'replay', speed: 30 }, schedule: { enabled: false }, ...settings };
  const config = { ...loadConfig({ overrides }), home };
  const stack = new Stack(config, await prepareTools(config, log), {
    starting: log,
    restarted: log,
    lost: (failure) => log(failure.message),
  });
  try {
    const { client } = await launch({ config, inputGiven: true, operatorName: 'bench' }, stack, () => {});
    return await work(client, home);
  } finally {
    await stack.stop();
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}
