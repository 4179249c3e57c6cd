import path from 'node:path';

/** The name of a file without its folder and packing: `x.jsonl` of `/data/x.jsonl.gz`. */
export function unpackedName(file: string): string {
  return path.basename(file).replace(/\.(gz|zst)$/, '');
}
