import { readColumns } from '../../research/store/read-columns.js';

/** Every column as a typed array, as `readDepthEvents` gets them. @returns seconds */
export async function readByUs(files: readonly string[], names: readonly string[]): Promise<number> {
  const startMs = performance.now();
  let rows = 0;
  for await (const chunk of readColumns(files, 'mbp10', names, { counts: false })) rows += chunk.rows;
  if (rows === 0) throw new RangeError('nothing was read');
  return (performance.now() - startMs) / 1000;
}
