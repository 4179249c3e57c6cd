import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Failure } from '../../failure.js';
import { ENVELOPE_BYTES_MAX } from '../../trust/dsse.js';
import { nextRoot, RootRefused, readRoot, type TrustedRoot } from '../../trust/root.js';
import { NotPlainFile, readPlainFile } from '../disk/plain-file.js';
import { replaceFile } from '../disk/replace-file.js';

/** Folder `trust/` of a tier: the root trusted now is `root.json`, and every version is kept as `root.<version>.json`. */
export const ROOT_FILE = 'root.json';

export function rootVersionFile(version: number): string {
  return `root.${version}.json`;
}

/** @throws TrustMissing; RootRefused or MalformedEnvelope where the file was changed */
export function readTrustedRoot(trustFolder: string): TrustedRoot {
  const file = path.join(trustFolder, ROOT_FILE);
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new TrustMissing(file);
    throw error;
  }
  return readRoot(bytes);
}

/** Trusts a root because the operator brought it here: the one step that no signature can replace. */
export function trustRoot(trustFolder: string, root: TrustedRoot): void {
  replaceFile(path.join(trustFolder, rootVersionFile(root.metadata.version)), root.envelope);
  replaceFile(path.join(trustFolder, ROOT_FILE), root.envelope);
}

/** A broker that is further behind follows with its next pulls. */
export const ROOTS_AT_ONCE_MAX = 32;

/**
 * Follows roots that were delivered beside a release, version by version from the one trusted now.
 * @param deliveredFolder where `root.<version>.json` files may lie; none there is fine
 * @throws RootRefused: a root that does not follow leaves the trusted one in place
 */
export function followRoots(trustFolder: string, deliveredFolder: string): TrustedRoot {
  let root = readTrustedRoot(trustFolder);
  for (let followed = 0; followed < ROOTS_AT_ONCE_MAX; followed++) {
    const successor = path.join(deliveredFolder, rootVersionFile(root.metadata.version + 1));
    if (!existsSync(successor)) break;
    root = nextRoot(root, readDelivered(successor));
    trustRoot(trustFolder, root);
  }
  return root;
}

function readDelivered(file: string): Buffer {
  try {
    return readPlainFile(file, ENVELOPE_BYTES_MAX);
  } catch (error) {
    if (error instanceof NotPlainFile) throw new RootRefused('malformed', `${path.basename(file)} is not a plain file`);
    throw error;
  }
}

/** Roots of a folder that came before the one trusted now, oldest first. */
export function readFormerRoots(trustFolder: string): TrustedRoot[] {
  const { version } = readTrustedRoot(trustFolder).metadata;
  return rootFiles(trustFolder)
    .map((name) => readRoot(readFileSync(path.join(trustFolder, name))))
    .filter(({ metadata }) => metadata.version < version)
    .sort((a, b) => a.metadata.version - b.metadata.version);
}

/** File names of all root versions in a folder. */
export function rootFiles(folder: string): string[] {
  return readdirSync(folder).filter((name) => /^root\.[1-9]\d*\.json$/.test(name));
}

export class TrustMissing extends Failure {
  constructor(file: string) {
    super(
      'TrustMissing',
      `there is no root of trust at ${file}`,
      'make keys with `believe keys init`, or bring root.json here from the key ceremony',
      { file },
    );
  }
}
