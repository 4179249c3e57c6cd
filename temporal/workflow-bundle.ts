import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { ENCODED_FAILURES } from './payload-encryption.js';

/** Interceptors of workflows: by its path, so that who sends no traces loads nothing of them. */
const TRACING = 'telemetry/workflow-interceptors.js';

const dist = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/**
 * The workflows as one file for the worker's sandbox, made anew only when their code has changed (bundling takes
 * seconds). Returns its path and the hash of the code, which serves as the worker's build id: the same one with and without
 * encryption and traces, for a ship goes on when these are switched on.
 */
export async function bundleWorkflows({
  encodesFailures = false,
  traces = false,
} = {}): Promise<{ codePath: string; buildId: string }> {
  const buildId = workflowsBuildId();
  const kind = `${encodesFailures ? '-encoded' : ''}${traces ? '-traced' : ''}`;
  const codePath = path.join(dist, `workflow-bundle-${buildId}${kind}.cjs`);
  if (!existsSync(codePath)) {
    const unfinished = `${codePath}.${process.pid}`;
    writeFileSync(unfinished, await workflowCode({ encodesFailures, traces }));
    removeOlderBundles(buildId);
    renameSync(unfinished, codePath);
  }
  return { codePath, buildId };
}

/** Modules are named from one folder on: the same bytes whatever folder a process was started in. */
export async function workflowCode({ encodesFailures = false, traces = false } = {}): Promise<string> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: path.join(dist, 'workflows/index.js'),
    logger: new DefaultLogger('WARN'),
    ...(encodesFailures ? { failureConverterPath: ENCODED_FAILURES } : {}),
    ...(traces ? { workflowInterceptorModules: [path.join(dist, TRACING)] } : {}),
    webpackConfigHook: (config) => ({ ...config, context: path.dirname(dist) }),
  });
  return code;
}

function removeOlderBundles(buildId: string): void {
  for (const file of readdirSync(dist)) {
    const [, built] = /^workflow-bundle-([0-9a-f]+)(-encoded)?(-traced)?\.cjs$/.exec(file) ?? [];
    if (built !== undefined && built !== buildId) rmSync(path.join(dist, file), { force: true });
  }
}

/** Of what the bundle holds, and of nothing else: a change elsewhere leaves ships on the build that they are pinned to. */
export function workflowsBuildId(): string {
  const hash = createHash('sha256');
  for (const file of workflowModules()) hash.update(file).update(readFileSync(path.join(dist, file)));
  hash.update(packageVersions());
  return hash.digest('hex').slice(0, 12);
}

/** Modules of ours that the bundle with everything in it holds, as paths in dist/, sorted. */
export function workflowModules(): string[] {
  const found = new Set(['workflows/index.js', TRACING]);
  for (const file of found) {
    for (const [, name] of readFileSync(path.join(dist, file), 'utf8').matchAll(IMPORTED)) {
      found.add(path.posix.join(path.posix.dirname(file), name!));
    }
  }
  return [...found].sort();
}

/** Our own modules are imported by relative paths; esbuild writes each import on lines of its own. */
const IMPORTED = /^(?:import|export)\b[^;]*?["'](\.{1,2}\/[^"']+)["'];/gms;

/** Packages are part of the bundle too: those of the workflows' own imports. */
function packageVersions(): string {
  return ['@temporalio/workflow', '@temporalio/common', '@temporalio/interceptors-opentelemetry', 'zod']
    .map((name) => `${name}@${versionOf(name, dist)}`)
    .join(' ');
}

/** Of the package that Node would find from a folder on. */
function versionOf(name: string, folder: string): string {
  const manifest = path.join(folder, 'node_modules', name, 'package.json');
  if (existsSync(manifest)) return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
  const parent = path.dirname(folder);
  if (parent === folder) throw new Error(`package ${name} is not installed: run npm ci`);
  return versionOf(name, parent);
}
