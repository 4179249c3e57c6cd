// Transpiles every .ts file of the rooms into dist/ (one file to one file), only where the source has changed.
// One runtime layout for development, tests and production: nothing runs through a loader.
//   node scripts/build.mjs               transpile what changed (well under a second when nothing did)
//   node scripts/build.mjs --production  from scratch, without tests, types checked, workflow bundle prebuilt
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { onSupportedNode } from '../setup/on-supported-node.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const dist = path.join(root, 'dist');
const drafts = path.join(dist, '.drafts');
const ROOMS = [
  'activities',
  'backup',
  'bench',
  'bridge',
  'broker',
  'cli',
  'dashboard',
  'deploy',
  'research',
  'setup',
  'shared',
  'sierra',
  'simulation',
  'simulator',
  'stack',
  'telemetry',
  'temporal',
  'test',
  'workers',
  'workflows',
  'watch',
];
const FOR_TESTS = new Set(['simulation', 'test']);
const ASSETS = new Set(['.mjs', '.json', '.html', '.css', '.svg', '.py', '.txt', '.xml', '.c']);

export async function build({ production = false } = {}) {
  if (production) rmSync(dist, { recursive: true, force: true });
  mkdirSync(drafts, { recursive: true });
  const rooms = production ? ROOMS.filter((room) => !FOR_TESTS.has(room)) : ROOMS;
  const sources = rooms.flatMap((room) => filesUnder(path.join(root, room))).filter((source) => isBuilt(source));
  const changed = sources.filter((source) => isChanged(source));
  const failures = [];
  for (const source of changed) {
    try {
      await write(source);
    } catch (error) {
      failures.push(`${path.relative(root, source)}: ${error.message}`);
    }
  }
  removeTargetsWithoutSource();
  if (failures.length > 0) throw new Error(`cannot transpile:\n${failures.join('\n')}`);
  if (production) await checkTypesAndBundle();
  return { written: changed.length, files: sources.length };
}

const isCode = (file) => file.endsWith('.ts') && !file.endsWith('.d.ts');
const isBuilt = (file) => isCode(file) || ASSETS.has(path.extname(file));
const targetOf = (source) => path.join(dist, path.relative(root, source).replace(/\.ts$/, '.js'));

/** Compares whole milliseconds: a time that was set on the target has lost the finer digits of the source's. */
function isChanged(source) {
  const target = statSync(targetOf(source), { throwIfNoEntry: false });
  return target?.mtime.getTime() !== statSync(source).mtime.getTime();
}

/** Two builds may run at once, and a program may start meanwhile: a target is only ever seen whole. */
async function write(source) {
  const { mtime } = statSync(source);
  const target = targetOf(source);
  const draft = path.join(drafts, `${process.pid}-${path.basename(target)}`);
  if (isCode(source)) writeFileSync(draft, await transpile(source));
  else copyFileSync(source, draft);
  utimesSync(draft, mtime, mtime);
  mkdirSync(path.dirname(target), { recursive: true });
  renameSync(draft, target);
}

async function transpile(source) {
  // Loaded only when something changed: most starts need none of it.
  const { transform } = await import('esbuild');
  const { code } = await transform(readFileSync(source, 'utf8'), {
    loader: 'ts',
    format: 'esm',
    target: 'node22.15',
    sourcemap: 'inline',
    // From where the code lies: the same bytes wherever it is built, and no path of the machine.
    sourcefile: path
      .relative(path.dirname(targetOf(source)), source)
      .split(path.sep)
      .join('/'),
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true, target: 'ES2022' } },
  });
  return code;
}

/** Looks at the source at this moment, because another build may have added a file since this one began. */
function removeTargetsWithoutSource() {
  for (const target of ROOMS.flatMap((room) => filesUnder(path.join(dist, room)))) {
    const source = path.join(root, path.relative(dist, target));
    if (!existsSync(source) && !existsSync(source.replace(/\.js$/, '.ts'))) rmSync(target, { force: true });
  }
}

async function checkTypesAndBundle() {
  const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
  const types = spawnSync(process.execPath, [tsc, '-p', root], { stdio: 'inherit' });
  if (types.status !== 0) throw new Error('type errors: see above');
  const { bundleWorkflows } = await import(pathToFileURL(path.join(dist, 'temporal/workflow-bundle.js')).href);
  for (const encodesFailures of [false, true])
    for (const traces of [false, true]) await bundleWorkflows({ encodesFailures, traces });
}

function filesUnder(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const full = path.join(folder, entry.name);
    return entry.isDirectory() ? filesUnder(full) : [full];
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await onSupportedNode();
  try {
    const { written, files } = await build({ production: process.argv.includes('--production') });
    console.error(`build: ${files} files, ${written} written`);
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
