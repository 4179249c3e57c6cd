import { requireLayout, type SierraLayout } from '../../../shared/market/sierra/sierra-file.js';
import { ByteWindow } from '../byte-window.js';
import type { Format, ImportFile, ImportOutput } from '../format.js';
import { instrumentOf } from '../instrument-name.js';

/** What tells the two kinds of files apart. */
export interface SierraKind {
  readonly name: string;
  readonly summary: string;
  readonly layout: SierraLayout;
  readonly open: (file: ImportFile, out: ImportOutput) => SierraReader;
}

export interface SierraReader {
  /** @param at where the record begins in `bytes` @param offset where it begins in the file */
  take(bytes: Buffer, at: number, offset: number): void;
  /** What a later read must know to go on. */
  state(): unknown;
}

const PORTION_RECORDS = 4096;

/** A file of Sierra Chart, which may still be growing: read to its last whole record. */
export function sierraFormat({ name, summary, layout, open }: SierraKind): Format {
  return {
    name,
    summary,
    recognises: (head) => head.toString('latin1', 0, 4) === layout.magic,
    grows: true,
    told: (file) => ({ instrument: instrumentOf(file.path, file.hints) }),

    async read(file, out) {
      const window = await ByteWindow.open(file.path, file.resume?.fromByte);
      try {
        if (!file.resume) await skipHeader(file.path, window, layout);
        out.begin({ feed: name, synthetic: false });
        const reader = open(file, out);
        for (let records = 1; await window.need(layout.recordBytes); records++) {
          reader.take(window.bytes, window.start, window.offset);
          window.skip(layout.recordBytes);
          if (records % PORTION_RECORDS === 0) await out.settle();
        }
        return { toByte: window.offset, state: reader.state() };
      } finally {
        await window.close();
      }
    },
  };
}

/** Goes on behind the header. @throws BadInput where it is cut off or of another layout */
async function skipHeader(file: string, window: ByteWindow, layout: SierraLayout): Promise<void> {
  await window.need(layout.headerBytes);
  requireLayout(file, window.bytes.subarray(window.start, window.end), layout);
  window.skip(layout.headerBytes);
}
