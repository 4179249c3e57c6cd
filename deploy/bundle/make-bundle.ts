import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileSha256 } from '../../setup/file-sha256.js';
import { obtainLibxgboost } from '../../setup/libxgboost.js';
import { LIBXGBOOST_VERSION, libxgboostPinFor } from '../../setup/libxgboost-pin.js';
import { nodePin } from '../../setup/node-pins.mjs';
import { obtainNode } from '../../setup/obtain-node.mjs';
import { lastLine, runCommand } from '../../setup/run-command.js';
import { Failure } from '../../shared/failure.js';
import { checksums, packFolder } from './archive.js';
import { type BundlePlatform, machinesIn, partsOf, removeForeign } from './platforms.js';
import { type Extra, writeSbom } from './sbom.js';

export interface Bundle {
  readonly platform: BundlePlatform;
  readonly file: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly sbom: string;
  readonly components: number;
}

const LIMIT = { timeLimitMs: 15 * 60_000 };
/** What a bundle has besides its modules and its Node; the Go sources are what `believe temporal build` builds. */
const TAKEN = [
  'bin',
  'docs',
  'deploy/temporal-server',
  'CHANGELOG.md',
  'README.md',
  'package.json',
  'package-lock.json',
];
/** Of the built code: made for benches, which measure beside other products. */
const LEFT_OUT = ['dist/bench', 'dist/.drafts', 'docs/.vitepress'];

/**
 * Builds the checkout of a commit anew, in a folder of its own, and packs for each platform: built code, production modules with
 * the binaries of that platform alone, the pinned Node, on Linux libxgboost, a bill of materials, hashes. What is unpacked needs no
 * registry and no compiler.
 * @throws Failure 'BundleNotMade'
 */
export async function makeBundles(options: {
  readonly root: string;
  readonly out: string;
  readonly platforms: readonly BundlePlatform[];
  readonly progress: (line: string) => void;
}): Promise<Bundle[]> {
  const { root, out, platforms, progress } = options;
  const commit = await cleanCommit(root);
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
  const work = mkdtempSync(path.join(os.tmpdir(), 'believe-bundle-'));
  try {
    const source = path.join(work, 'source');
    progress(`building ${commit.slice(0, 12)} ...`);
    await buildSource(root, source);
    const bundles: Bundle[] = [];
    for (const platform of platforms) {
      progress(`${platform}: production modules ...`);
      const folder = path.join(work, platform);
      const extras = await fill({ source, folder, platform, commit, progress });
      progress(`${platform}: bill of materials, hashes, archive ...`);
      const name = `believe-${version}-${commit.slice(0, 12)}-${platform}`;
      bundles.push(await finish({ root, folder, out, name, platform, extras }));
    }
    return bundles;
  } finally {
    rmSync(work, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** A bundle is of a commit: what runs on a broker can be found again. */
async function cleanCommit(root: string): Promise<string> {
  const git = (...words: string[]) => runCommand('git', ['-C', root, ...words], LIMIT);
  const head = await git('rev-parse', 'HEAD');
  if (head.status !== 0) throw notMade('this is no checkout of git', 'bundle from a clone');
  const changed = (await git('status', '--porcelain')).stdout.trim();
  if (changed !== '') throw notMade(`the checkout has changes: ${changed.split('\n')[0]!.trim()}`, 'commit them first');
  return head.stdout.trim();
}

async function buildSource(root: string, source: string): Promise<void> {
  await run('git', ['clone', '--quiet', '--no-hardlinks', root, source]);
  symlinkSync(path.join(root, 'node_modules'), path.join(source, 'node_modules'), 'junction');
  await run(process.execPath, [path.join(source, 'scripts/build.mjs'), '--production']);
}

async function fill(ask: {
  readonly source: string;
  readonly folder: string;
  readonly platform: BundlePlatform;
  readonly commit: string;
  readonly progress: (line: string) => void;
}): Promise<Extra[]> {
  const { source, folder, platform, commit, progress } = ask;
  mkdirSync(folder);
  for (const name of [...TAKEN, 'dist']) cpSync(path.join(source, name), path.join(folder, name), { recursive: true });
  for (const name of LEFT_OUT) rmSync(path.join(folder, name), { recursive: true, force: true });
  writeFileSync(path.join(folder, 'code-commit'), `${commit}\n`);
  const { os: system, cpu } = partsOf(platform);
  const words = ['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const libc = system === 'linux' ? ['--libc=glibc'] : [];
  await npm([...words, `--os=${system}`, `--cpu=${cpu}`, ...libc], folder);
  rmSync(path.join(folder, 'node_modules/.bin'), { recursive: true, force: true });
  removeForeign(path.join(folder, 'node_modules'), platform);
  const extras = [placeNode(folder, platform, progress)];
  if (platform === `${process.platform}-${process.arch}`)
    extras.push(await placeLibxgboost(folder, platform, progress));
  const others = [...machinesIn(folder)].filter(([, machine]) => machine !== platform);
  if (others.length > 0) throw notMade(`${others[0]![0]} is for ${others[0]![1]}`, 'a defect: tell us');
  return extras;
}

function placeNode(folder: string, platform: BundlePlatform, progress: (line: string) => void): Extra {
  const pin = nodePin(undefined, platform)!;
  const file = path.join(folder, 'node', path.basename(pin.program));
  mkdirSync(path.dirname(file));
  copyFileSync(obtainNode(pin, { progress }), file);
  chmodSync(file, 0o755);
  return { name: pin.package, version: pin.version, sha256: pin.sha256, purl: `pkg:npm/${pin.package}@${pin.version}` };
}

/** Research trains with it, from where it lies here. */
async function placeLibxgboost(folder: string, platform: string, progress: (line: string) => void): Promise<Extra> {
  const library = await obtainLibxgboost({ progress });
  if (library.source !== 'pinned') throw notMade(`libxgboost is ${library.path}`, 'unset BELIEVE_LIBXGBOOST');
  const pin = libxgboostPinFor(platform)!;
  const cached = library.path.slice(0, -pin.library.length);
  for (const name of Object.keys(pin.files)) {
    const target = path.join(folder, 'cache', `libxgboost-${LIBXGBOOST_VERSION}`, name);
    mkdirSync(path.dirname(target), { recursive: true });
    copyFileSync(path.join(cached, name), target);
  }
  const sha256 = pin.files[pin.library]!;
  return {
    name: 'xgboost-cpu',
    version: LIBXGBOOST_VERSION,
    sha256,
    purl: `pkg:pypi/xgboost-cpu@${LIBXGBOOST_VERSION}`,
  };
}

async function finish(ask: {
  readonly root: string;
  readonly folder: string;
  readonly out: string;
  readonly name: string;
  readonly platform: BundlePlatform;
  readonly extras: readonly Extra[];
}): Promise<Bundle> {
  const { folder, out, name, platform } = ask;
  mkdirSync(out, { recursive: true });
  const components = await writeSbom({ ...ask, file: path.join(folder, 'sbom.cdx.json') });
  writeFileSync(path.join(folder, 'SHA256SUMS'), await checksums(folder));
  const file = path.join(out, `${name}.tar.gz`);
  await packFolder(folder, name, `${file}.tmp`);
  renameSync(`${file}.tmp`, file);
  const sha256 = (await fileSha256(file))!;
  writeFileSync(`${file}.sha256`, `${sha256}  ${path.basename(file)}\n`);
  const sbom = path.join(out, `${name}.cdx.json`);
  copyFileSync(path.join(folder, 'sbom.cdx.json'), sbom);
  return { platform, file, sha256, sizeBytes: statSync(file).size, sbom, components };
}

/** npm that belongs to this Node, or the first on PATH; on Windows it is a batch file, which only a shell starts. */
async function npm(words: readonly string[], folder: string): Promise<void> {
  const cli = path.join(path.dirname(process.execPath), '../lib/node_modules/npm/bin/npm-cli.js');
  if (existsSync(cli)) await run(process.execPath, [cli, '--prefix', folder, ...words]);
  else if (process.platform === 'win32') await run('cmd.exe', ['/d', '/c', 'npm', '--prefix', folder, ...words]);
  else await run('npm', ['--prefix', folder, ...words]);
}

async function run(file: string, args: readonly string[]): Promise<void> {
  const outcome = await runCommand(file, args, LIMIT);
  if (outcome.status !== 0) throw notMade(`${path.basename(file)} ${args[0]}: ${lastLine(outcome)}`, 'see above');
}

function notMade(message: string, fix: string): Failure {
  return new Failure('BundleNotMade', message, fix);
}
