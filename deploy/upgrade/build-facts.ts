import path from 'node:path';
import { z } from 'zod';
import { lastLine, runCommand } from '../../setup/run-command.js';
import { jsonOrUndefined } from '../../shared/fields/json-or-undefined.js';
import { replaceFile } from '../../shared/node/disk/replace-file.js';
import { readJson } from '../../shared/node/files/read-json.js';
import { type Builds, refused } from './builds.js';

const LIMIT = { timeLimitMs: 120_000 };
const facts = z.strictObject({
  /** Build id of its workflows: two builds of the product can have the same. */
  workflows: z.string().min(1),
});
const answer = z.object({ buildId: z.string().min(1) });
export type BuildFacts = Readonly<z.infer<typeof facts>>;

/**
 * What a build says of itself: so it is also known that it runs on this machine. Asked once, and kept beside it.
 * @param node the Node that services start it with
 * @throws Failure 'UpgradeRefused'
 */
export async function factsOf(builds: Builds, build: string, node: string): Promise<BuildFacts> {
  const kept = factsFile(builds, build);
  const known = builds.has(build) ? readJson(kept, facts) : null;
  if (known !== null) return known;
  const main = path.join(builds.placeOf(build), 'dist', 'cli', 'main.js');
  const asked = await runCommand(node, [main, 'temporal', 'build-id', '--json'], LIMIT);
  const said = answer.safeParse(asked.status === 0 ? jsonOrUndefined(asked.stdout) : undefined);
  if (said.data === undefined)
    throw refused(`${build} does not run here: ${lastLine(asked)}`, 'bring the bundle of this platform');
  const found = { workflows: said.data.buildId };
  if (builds.has(build)) replaceFile(kept, `${JSON.stringify(found)}\n`, 0o644);
  return found;
}

export const factsFile = (builds: Builds, build: string): string => `${builds.pathOf(build)}.json`;
