import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure } from '../shared/failure.js';
import { cacheFolder } from './cache-folder.js';
import { fileSha256 } from './file-sha256.js';
import { findOnPath } from './find-on-path.js';
import { type Progress, silent } from './progress.js';
import { lastLine, runCommand } from './run-command.js';

const VERSION = '1.32.0';
const POM = fileURLToPath(new URL('./temporal-test-server.pom.xml', import.meta.url));
/** sha256 over `<name> <sha256>\n` of every jar in order of name: the whole class path is pinned by one number. */
const JARS_SHA256 = '5da334274a4f1185af525b42b46193463c992551277ffa75f84d624996cdf2ef';
const COPY_JARS = 'org.apache.maven.plugins:maven-dependency-plugin:3.7.0:copy-dependencies';
const MAIN_CLASS = 'io.temporal.testserver.TestServer';

export interface TimeSkippingServer {
  /** Absolute path of a script for `createTimeSkipping({ server: { executable: { type: 'existing-path', path } } })`. */
  path: string;
  version: string;
}

/**
 * The Temporal test server that skips idle time, which workflow tests use: a Java program, obtained with Maven into the
 * cache and compared with its pinned hash at every call.
 * @throws Failure `TimeSkippingServerNotObtained`; tests then run on the dev server and leave out the long waits
 */
export async function obtainTimeSkippingServer(
  options: { env?: NodeJS.ProcessEnv; progress?: Progress } = {},
): Promise<TimeSkippingServer> {
  const { env = process.env, progress = silent } = options;
  if ((await findOnPath('java', env)) === undefined)
    throw notObtained('it needs Java 17 or newer', 'install a Java runtime');
  const folder = path.join(cacheFolder(env), `temporal-test-server-${VERSION}`);
  if ((await jarsSha256(folder)) !== JARS_SHA256) await download(folder, env, progress);
  return { path: await writeLauncher(folder), version: VERSION };
}

async function download(folder: string, env: NodeJS.ProcessEnv, progress: Progress): Promise<void> {
  const maven = process.platform === 'win32' ? undefined : await findOnPath('mvn', env);
  if (maven === undefined) throw notObtained('it needs Maven', 'install Maven');
  progress(`obtaining the time-skipping test server ${VERSION} with Maven (once) ...`);
  await mkdir(path.dirname(folder), { recursive: true });
  const work = await mkdtemp(`${folder}.obtaining-`);
  try {
    const args = ['-q', '-B', '-f', POM, COPY_JARS, '-DincludeScope=runtime', `-DoutputDirectory=${work}`];
    const copied = await runCommand(maven, args, { timeLimitMs: 300_000, env });
    if (copied.status !== 0)
      throw notObtained(`Maven failed: ${lastLine(copied)}`, 'check the network and the Maven mirror');
    const sha256 = await jarsSha256(work);
    if (sha256 !== JARS_SHA256)
      throw notObtained(`Maven gave other jars than the pinned ones (${sha256})`, 'check the Maven mirror');
    await rm(folder, { recursive: true, force: true });
    await rename(work, folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function jarsSha256(folder: string): Promise<string | undefined> {
  const names = await readdir(folder).catch(() => []);
  const hash = createHash('sha256');
  for (const name of names.filter((one) => one.endsWith('.jar')).sort()) {
    hash.update(`${name} ${await fileSha256(path.join(folder, name))}\n`);
  }
  return hash.digest('hex');
}

/** The SDK starts one executable and adds the port: a script stands between it and `java -cp`. */
async function writeLauncher(folder: string): Promise<string> {
  const file = path.join(folder, 'temporal-test-server.sh');
  const script = `#!/bin/sh\nexec java -cp "$(dirname "$0")/*" ${MAIN_CLASS} "$@"\n`;
  await writeFile(`${file}.${process.pid}`, script, { mode: 0o755 });
  await rename(`${file}.${process.pid}`, file);
  return file;
}

const notObtained = (reason: string, fix: string) =>
  new Failure('TimeSkippingServerNotObtained', `the time-skipping test server is not here: ${reason}`, fix);
