import {
  chmodSync,
  cpSync,
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import path from 'node:path';
import { fileSha256 } from '../../setup/file-sha256.js';
import { Failure, UsageFailure } from '../../shared/failure.js';
import { checksums } from '../bundle/archive.js';
import { type Builds, buildName, refused } from './builds.js';
import { unpackBundle } from './unpack-bundle.js';

const SUMS = 'SHA256SUMS';

/**
 * Puts a build beside the others; nothing that runs notices. Every file is compared with SHA256SUMS where it will run from, before
 * the build gets its name.
 * @param source archive with its `.sha256` beside it, an unpacked folder, or a build that lies there already
 * @returns name of the build
 * @throws Failure 'BundleDamaged', 'UpgradeRefused'
 */
export async function placeBuild(source: string, builds: Builds): Promise<string> {
  if (!existsSync(source))
    throw new UsageFailure(`there is no ${source}`, 'name an archive or a folder: docs/upgrade.md');
  const isFolder = statSync(source).isDirectory();
  if (isFolder && builds.has(buildName(source))) return await sameBuild(source, builds);
  const draft = path.join(builds.folder, '.incoming');
  rmSync(draft, { recursive: true, force: true, maxRetries: 5 });
  mkdirSync(draft, { recursive: true });
  builds.openFolder();
  if (isFolder) cpSync(source, draft, { recursive: true, verbatimSymlinks: true });
  else await unpackArchive(source, draft);
  await verifyBuild(draft);
  openToServices(draft);
  const name = buildName(draft);
  if (builds.has(name)) await sameBuild(draft, builds);
  else renameSync(draft, builds.pathOf(name));
  rmSync(draft, { recursive: true, force: true, maxRetries: 5 });
  return name;
}

/** Every service reads it as a user of its own, whatever may be read of what its maker, or this command, makes. */
function openToServices(folder: string): void {
  if (process.platform === 'win32') return;
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) openToServices(file);
    else chmodSync(file, (statSync(file).mode & 0o100) === 0 ? 0o644 : 0o755);
  }
}

/** A build of that name lies there: it must be this one, and whole. */
async function sameBuild(source: string, builds: Builds): Promise<string> {
  const name = buildName(source);
  const placed = builds.pathOf(name);
  if (sumsOf(source) !== sumsOf(placed))
    throw refused(
      `${placed} is another build than ${source}, by the same version and commit`,
      'find out who made which',
    );
  await verifyBuild(placed);
  return name;
}

async function unpackArchive(archive: string, draft: string): Promise<void> {
  const beside = `${archive}.sha256`;
  if (!existsSync(beside)) throw damaged(archive, `there is no ${path.basename(beside)} beside it`);
  const [expected] = readFileSync(beside, 'utf8').split(/\s/, 1);
  if ((await fileSha256(archive)) !== expected) throw damaged(archive, `its sha256 is not that of ${beside}`);
  await unpackBundle(createReadStream(archive), draft);
}

/** Nothing more, nothing less, and nothing else. @throws Failure 'BundleDamaged' naming a file */
export async function verifyBuild(folder: string): Promise<void> {
  const expected = linesOf(sumsOf(folder));
  const found = linesOf(await plainChecksums(folder));
  found.delete(SUMS);
  for (const [file, sha256] of expected) {
    if (!found.has(file)) throw damaged(folder, `${file} is missing`);
    if (found.get(file) !== sha256) throw damaged(folder, `${file} is another file than ${SUMS} says`);
  }
  for (const file of found.keys()) if (!expected.has(file)) throw damaged(folder, `${file} is not in ${SUMS}`);
}

function sumsOf(folder: string): string {
  const file = path.join(folder, SUMS);
  if (!existsSync(file)) throw damaged(folder, `there is no ${SUMS}`);
  return readFileSync(file, 'utf8');
}

async function plainChecksums(folder: string): Promise<string> {
  try {
    return await checksums(folder);
  } catch (error) {
    // A link, a socket: what a bundle never has.
    throw damaged(folder, error instanceof Error ? error.message : String(error));
  }
}

/** Hash by file. */
function linesOf(sums: string): Map<string, string> {
  return new Map([...sums.matchAll(/^([0-9a-f]{64}) {2}(.+)$/gm)].map(([, sha256, file]) => [file!, sha256!]));
}

const damaged = (what: string, how: string): Failure =>
  new Failure('BundleDamaged', `${what}: ${how}`, 'bring the bundle again, and compare its sha256 by another way');
