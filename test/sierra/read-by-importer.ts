import type { ImportHints, ImportOutput } from '../../research/import/format.js';
import { sierraDepth } from '../../research/import/sierra/depth.js';
import { scid } from '../../research/import/sierra/scid.js';
import type { ColumnBlock } from '../../research/store/column-block.js';
import { RowSink } from '../../research/store/row-sink.js';

/** What the importer takes of a file, without the store behind it; times as microseconds. @throws BadInput where it refuses the file */
export async function readByImporter(kind: 'scid' | 'depth', file: string, hints: ImportHints) {
  const rows: Record<string, number | null>[] = [];
  const sinks: RowSink[] = [];
  const rejected: string[] = [];
  const out: ImportOutput = {
    begin: () => {},
    sink: (of) => {
      const sink = new RowSink(of, ({ block }) => rows.push(...rowsOf(block)), []);
      sinks.push(sink);
      return sink;
    },
    settle: async () => {},
    count: () => {},
    reject: (where, reason) => rejected.push(`${where} ${reason}`),
  };
  const format = kind === 'scid' ? scid : sierraDepth;
  await format.read({ path: file, name: file, hints }, out);
  for (const sink of sinks) sink.flush();
  return { rows, rejected };
}

function rowsOf(block: ColumnBlock): Record<string, number | null>[] {
  const columns = block.data.filter(({ values }) => values !== null && !Array.isArray(values));
  return Array.from({ length: block.rows }, (_, row) =>
    Object.fromEntries(
      columns.map(({ column: { name, type }, values, valid }) => {
        const isNull = valid !== null && (valid[row >> 3]! & (1 << (row & 7))) === 0;
        const value = type === 'int64' ? Number((block.int64At(name, row) ?? 0n) / 1000n) : (values![row] as number);
        return [name, isNull ? null : value];
      }),
    ),
  );
}
