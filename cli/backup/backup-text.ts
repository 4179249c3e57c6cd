import type { Created } from '../../backup/create.js';
import type { ReadBackup } from '../../backup/read-archive.js';
import type { Rehearsed } from '../../backup/rehearse.js';

const NAMED_MAX = 40;

/** What is in a backup, a line a folder. */
export function contentText({ manifest, manifestSha256 }: Pick<ReadBackup, 'manifest' | 'manifestSha256'>): string {
  const { tier, whose, home, at, files, leftOut } = manifest;
  const named = leftOut.slice(0, NAMED_MAX).map(({ path: place, reason }) => `  left out  ${place}: ${reason}`);
  const more = leftOut.length > NAMED_MAX ? [`  left out  ${leftOut.length - NAMED_MAX} more`] : [];
  return [
    `${tier === 'all' ? 'all tiers' : `tier ${tier}`} of ${whose}, ${home}, as of ${at}`,
    `${files.length} files, ${bytesOf(files)} bytes; sha256 of the manifest ${manifestSha256}`,
    ...byFolder(files).map(
      ([folder, { count, bytes }]) =>
        `  ${folder.padEnd(24)} ${String(count).padStart(7)} files ${String(bytes).padStart(14)} bytes`,
    ),
    ...named,
    ...more,
  ].join('\n');
}

export function createdText(created: Created): string {
  const { file, bytes, isOpenedAgain, removed } = created;
  return [
    `${file}  ${bytes} bytes`,
    contentText(created),
    isOpenedAgain
      ? 'read back and decrypted: every hash is right'
      : 'read back: what lies there is what was written. Whether it can be opened says `believe backup verify` with an identity',
    ...removed.map((name) => `removed ${name}`),
  ].join('\n');
}

export function rehearsedText({ at, files, bytes, settled, proved, faults }: Rehearsed): string {
  return [
    `restored as of ${at}: ${files} files, ${bytes} bytes; removed again`,
    ...settled.map((line) => `settled  ${line}`),
    ...proved.map((line) => `ok       ${line}`),
    ...faults.map((line) => `WRONG    ${line}`),
  ].join('\n');
}

/** Without the list of files, which may be long. */
export function summary<T extends Pick<ReadBackup, 'manifest'>>(result: T) {
  const { files, folders: _, ...manifest } = result.manifest;
  return { ...result, manifest: { ...manifest, files: files.length, bytes: bytesOf(files) } };
}

type Files = ReadBackup['manifest']['files'];

const bytesOf = (files: Files) => files.reduce((sum, { size }) => sum + size, 0);

function byFolder(files: Files): [string, { count: number; bytes: number }][] {
  const sums = new Map<string, { count: number; bytes: number }>();
  for (const { path: place, size } of files) {
    const parts = place.split('/');
    const folder = parts.slice(0, Math.min(2, parts.length - 1)).join('/') || '.';
    const { count, bytes } = sums.get(folder) ?? { count: 0, bytes: 0 };
    sums.set(folder, { count: count + 1, bytes: bytes + size });
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1));
}
