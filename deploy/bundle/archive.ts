import { createReadStream, createWriteStream, lstatSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import tar from 'tar-stream';
import { fileSha256 } from '../../setup/file-sha256.js';

/** Of every entry: the same files are the same bytes, whenever and by whom they are packed. */
const MTIME = new Date(Date.UTC(2020, 0, 1));

/** Every file of a folder, by `/`, sorted. @throws Error for what is neither file nor folder */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => {
      const file = path.join(entry.parentPath, entry.name);
      if (!entry.isFile()) throw new Error(`${file} is no plain file`);
      return path.relative(folder, file).split(path.sep).join('/');
    })
    .sort((a, b) => (a < b ? -1 : 1));
}

/** Packs a folder below a name, the same bytes each time. Files that may be run stay so. */
export async function packFolder(folder: string, name: string, target: string): Promise<void> {
  const pack = tar.pack();
  const written = pipeline(pack, createGzip({ level: 6 }), createWriteStream(target));
  const fill = async () => {
    for (const file of filesIn(folder)) {
      const full = path.join(folder, file);
      const { size, mode } = lstatSync(full);
      const entry = pack.entry({ name: `${name}/${file}`, size, mtime: MTIME, mode: mode & 0o100 ? 0o755 : 0o644 });
      await pipeline(createReadStream(full), entry);
    }
    pack.finalize();
  };
  await Promise.all([written, fill()]);
}

/** As `sha256sum -c` reads it. */
export async function checksums(folder: string): Promise<string> {
  let text = '';
  for (const file of filesIn(folder)) text += `${await fileSha256(path.join(folder, file))}  ${file}\n`;
  return text;
}
