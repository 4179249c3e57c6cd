import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { Failure } from '../../shared/failure.js';
import { replaceFile } from '../../shared/node/disk/replace-file.js';
import { sha256Hex } from '../../shared/reference.js';

const loadingMark = z.strictObject({
  v: z.literal(1),
  payloadSha256: sha256Hex,
  /** Bridges that began to load it. */
  begun: z.number().int().positive(),
});
type Mark = Readonly<z.infer<typeof loadingMark>>;

/** A process can be ended over it by chance once: a power cut. */
const BEGUN_MAX = 2;

/**
 * `armed/loading.json`: there while a bridge loads a release into its own process. Who finds it after a start knows that
 * the bridge before died meanwhile.
 */
export class LoadingMark {
  private readonly file: string;

  constructor(armedFolder: string) {
    this.file = path.join(armedFolder, 'loading.json');
  }

  /** The bridge before hung, and so not by chance: where it was loading a release, that one is not taken again. */
  foundHung(): void {
    const mark = this.read();
    if (mark) this.write(mark.payloadSha256, BEGUN_MAX);
  }

  /** @throws Failure ReleaseKilledBridge: what has killed a bridge is not taken again */
  refuseKiller(payloadSha256: string): void {
    const mark = this.read();
    if (mark?.payloadSha256 !== payloadSha256 || mark.begun < BEGUN_MAX) return;
    throw new Failure(
      'ReleaseKilledBridge',
      'the bridge hung, or ended more than once, while it loaded this release',
      `look at its graphs on a machine that does not trade, and ship another one; to try it all the same, remove ${this.file}`,
    );
  }

  begin(payloadSha256: string): void {
    const before = this.read();
    this.write(payloadSha256, (before?.payloadSha256 === payloadSha256 ? before.begun : 0) + 1);
  }

  end(): void {
    attempt(() => rmSync(this.file, { force: true }));
  }

  private write(payloadSha256: string, begun: number): void {
    attempt(() => replaceFile(this.file, `${JSON.stringify({ v: 1, payloadSha256, begun } satisfies Mark)}\n`));
  }

  private read(): Mark | null {
    try {
      return loadingMark.parse(JSON.parse(readFileSync(this.file, 'utf8')));
    } catch {
      return null;
    }
  }
}

/** A full disk must not keep a good release from being loaded. */
function attempt(work: () => void): void {
  try {
    work();
  } catch {}
}
