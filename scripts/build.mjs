// Transpiles every .ts file of the rooms into dist/ (one file to one file), only where the source is newer.
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
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const dist = path.join(root, 'dist');
const ROOMS = [
  'activities',
  'bench',
  'bridge',
  'cli',
  'dashboard',
  'research',
  'setup',
  'shared',
  'simulator',
  'temporal',
  'test',
  'workers',
  'workflows',
];
const ASSETS = new Set(['.json', '.html', '.css', '.svg', '.py', '.txt', '.xml', '.proto', '.c']);

export async function build({ production = false } = {}) {
  const { transform } = await import('esbuild');
  if (production) rmSync(dist, { recursive: true, force: true });
  const rooms = production ? ROOMS.filter((room) => room !== 'test') : ROOMS;
  const wanted = new Set();
  const failures = [];
  let written = 0;
  for (const source of rooms.flatMap((room) => filesUnder(path.join(root, room)))) {
    const extension = path.extname(source);
    const isCode = extension === '.ts' && !source.endsWith('.d.ts');
    if (!isCode && !ASSETS.has(extension)) continue;
    const relative = path.relative(root, source);
    const target = path.join(dist, isCode ? relative.replace(/\.ts$/, '.js') : relative);
    wanted.add(target);
    const sourceStat = statSync(source);
    if (existsSync(target) && statSync(target).mtimeMs === sourceStat.mtimeMs) continue;
    mkdirSync(path.dirname(target), { recursive: true });
    if (isCode) {
      try {
        const { code } = await transform(readFileSync(source, 'utf8'), {
          loader: 'ts',
          format: 'esm',
          target: 'node20',
          sourcemap: 'inline',
          sourcefile: pathToFileURL(source).href,
          tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true, target: 'ES2022' } },
        });
        writeFileSync(target, code);
      } catch (error) {
        failures.push(`${relative}: ${error.message}`);
        continue;
      }
    } else copyFileSync(source, target);
    utimesSync(target, sourceStat.atime, sourceStat.mtime);
    written++;
  }
  for (const target of filesUnder(dist)) {
    const room = path.relative(dist, target).split(path.sep)[0];
    if (ROOMS.includes(room) && !wanted.has(target)) rmSync(target);
  }
  if (failures.length > 0) throw new Error(`cannot transpile:\n${failures.join('\n')}`);
  if (production) {
    const types = spawnSync(process.execPath, [path.join(root, 'node_modules/typescript/bin/tsc'), '-p', root], {
      stdio: 'inherit',
    });
    if (types.status !== 0) throw new Error('type errors: see above');
    const { bundleWorkflows } = await import(pathToFileURL(path.join(dist, 'temporal/workflow-bundle.js')).href);
    await bundleWorkflows();
  }
  return { written, files: wanted.size };
}

function filesUnder(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const full = path.join(folder, entry.name);
    return entry.isDirectory() ? filesUnder(full) : [full];
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const { written, files } = await build({ production: process.argv.includes('--production') });
    console.error(`build: ${files} files, ${written} written`);
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
