import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

const dist = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/**
 * The workflows as one file for the worker's sandbox, made anew only when their code has changed (bundling takes
 * seconds). Returns its path and the hash of the code, which serves as the worker's build id.
 */
export async function bundleWorkflows(): Promise<{ codePath: string; buildId: string }> {
  const buildId = hashOfSources();
  const codePath = path.join(dist, `workflow-bundle-${buildId}.cjs`);
  if (!existsSync(codePath)) {
    const { code } = await bundleWorkflowCode({
      workflowsPath: path.join(dist, 'workflows/index.js'),
      logger: new DefaultLogger('WARN'),
    });
    const unfinished = `${codePath}.${process.pid}`;
    writeFileSync(unfinished, code);
    removeOlderBundles();
    renameSync(unfinished, codePath);
  }
  return { codePath, buildId };
}

function removeOlderBundles(): void {
  for (const file of readdirSync(dist)) {
    if (/^workflow-bundle-[0-9a-f]+\.cjs$/.test(file)) rmSync(path.join(dist, file), { force: true });
  }
}

function hashOfSources(): string {
  const hash = createHash('sha256');
  for (const room of ['workflows', 'shared']) {
    const files = readdirSync(path.join(dist, room), { recursive: true, encoding: 'utf8' });
    for (const file of files.filter((name) => name.endsWith('.js')).sort()) {
      hash.update(file).update(readFileSync(path.join(dist, room, file)));
    }
  }
  return hash.digest('hex').slice(0, 12);
}
