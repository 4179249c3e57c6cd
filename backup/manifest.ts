import { z } from 'zod';
import { jsonOrUndefined } from '../shared/fields/json-or-undefined.js';
import { sha256Hex } from '../shared/reference.js';
import { backupRefused } from './backup-failure.js';
import { placeFault } from './home-place.js';

export const TIERS = ['all', 'broker', 'research', 'public'] as const;
export type BackupTier = (typeof TIERS)[number];

/** The first entry of the archive. */
export const MANIFEST_NAME = 'believe-backup.json';
/** What the names of a home's files begin with in the archive, so that plain `tar` unpacks them into one folder. */
export const HOME_PREFIX = 'home/';
export const MANIFEST_BYTES_MAX = 256 * 2 ** 20;

const place = z.string().min(1).max(255);
const manifest = z.strictObject({
  kind: z.literal('believe.backup'),
  v: z.literal(1),
  program: z.string().max(100),
  tier: z.enum(TIERS),
  whose: z.string().max(100),
  home: z.string().max(4096),
  at: z.iso.datetime(),
  folders: z.array(place),
  files: z.array(z.strictObject({ path: place, size: z.number().int().nonnegative().safe(), sha256: sha256Hex })),
  /** What was there and is not in the backup, with the reason. */
  leftOut: z.array(z.strictObject({ path: z.string().max(4096), reason: z.string().max(1000) })),
});
export type Manifest = Readonly<z.infer<typeof manifest>>;
export type ManifestFile = Manifest['files'][number];

export function encodeManifest(value: Manifest): Buffer {
  return Buffer.from(`${JSON.stringify(manifest.parse(value))}\n`);
}

/** @param file the archive, for the sentence. @throws Failure 'BackupRefused' */
export function parseManifest(bytes: Buffer, file: string): Manifest {
  const parsed = manifest.safeParse(jsonOrUndefined(bytes.toString('utf8')));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw backupRefused(file, `its manifest is none: ${issue.path.join('.')} ${issue.message}`);
  }
  const fault = firstPlaceFault(parsed.data);
  if (fault !== null) throw backupRefused(file, fault);
  return parsed.data;
}

/** A name that could mean another file on some system, that is there twice, or that is file and folder at once. */
function firstPlaceFault({ folders, files }: Manifest): string | null {
  const folderNames = new Map<string, string>();
  const fileNames = new Set<string>();
  for (const name of [...folders, ...files.map((file) => file.path)]) {
    const fault = placeFault(name);
    if (fault !== undefined) return `it names ${JSON.stringify(name)} (${fault})`;
  }
  const collides = (name: string) => `${JSON.stringify(name)} is there twice, or differs from another in its case only`;
  for (const name of [...folders.map((folder) => `${folder}/x`), ...files.map((file) => file.path)]) {
    const parts = name.split('/');
    for (let depth = 1; depth < parts.length; depth++) {
      const folder = parts.slice(0, depth).join('/');
      const seen = folderNames.get(folder.toLowerCase());
      if (seen !== undefined && seen !== folder) return collides(folder);
      folderNames.set(folder.toLowerCase(), folder);
    }
  }
  for (const { path: name } of files) {
    const key = name.toLowerCase();
    if (fileNames.has(key) || folderNames.has(key)) return collides(name);
    fileNames.add(key);
  }
  return new Set(folders).size === folders.length ? null : 'it names a folder twice';
}
