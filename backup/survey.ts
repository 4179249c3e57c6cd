import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { placeFault } from './home-place.js';
import type { ManifestFile } from './manifest.js';
import { type Choice, choose, isOtherTier, READ_FIRST } from './selection.js';
import { isJournal, type Seen, seeFile } from './stable-read.js';

/** Files up to this size are held from when they are seen until they are written, within a sum for all of them. */
const HOLD_FILE_BYTES_MAX = 1 << 18;
const HOLD_BYTES_MAX = 64 * 2 ** 20;
const LOG_TRIES_MAX = 20;
const CHECKPOINT = 'checkpoint';

export interface SurveyFile extends ManifestFile {
  readonly bytes: Buffer | null;
  /** Where it lies, if not in the home. */
  readonly source?: string;
}

export interface Survey {
  readonly folders: string[];
  readonly files: SurveyFile[];
  readonly leftOut: { path: string; reason: string }[];
}

export interface SurveyAsk {
  readonly home: string;
  readonly choice: Choice;
  /** Files that are not taken, with the reason: segments that research has, files that would not hold still. */
  readonly without: ReadonlyMap<string, string>;
  /** Larger files that are held too, because they changed between being seen and being written. */
  readonly hold: ReadonlySet<string>;
}

/** Everything of a home that a backup takes, each file as it was at one moment, and each log with what its checkpoint names. */
export async function surveyHome(ask: SurveyAsk): Promise<Survey> {
  const survey = new HomeSurvey(ask);
  for (const place of READ_FIRST) await survey.takeFirst(place);
  await survey.take('');
  return survey.result();
}

class HomeSurvey {
  private readonly folders = new Set<string>();
  private readonly files = new Map<string, SurveyFile>();
  private readonly leftOut = new Map<string, string>();
  private readonly done = new Set<string>();
  private heldBytes = 0;

  constructor(private readonly ask: SurveyAsk) {}

  result(): Survey {
    return {
      folders: [...this.folders].sort(),
      files: [...this.files.values()],
      leftOut: [...this.leftOut].map(([place, reason]) => ({ path: place, reason })),
    };
  }

  /** What appears in it later explains nothing that was read, and is not taken. */
  async takeFirst(place: string): Promise<void> {
    await this.take(place);
    this.done.add(place);
  }

  /** A file or folder of the home, with all in it that was not taken before. */
  async take(place: string): Promise<void> {
    if (this.done.has(place)) return;
    if (place !== '' && !this.isWanted(place)) return;
    const entry = place === '' ? null : this.entryOf(place);
    if (entry === undefined) return;
    if (entry === null || entry.isDirectory()) await this.takeFolder(place);
    else if (!entry.isFile()) this.leave(place, 'a link, pipe or device');
    else await this.takeFile(place);
  }

  private isWanted(place: string): boolean {
    const parents = place.split('/').map((_, index, parts) => parts.slice(0, index + 1).join('/'));
    return areTaken(parents, this.ask.choice, (at, reason) => this.leave(at, reason));
  }

  private entryOf(place: string): Dirent | undefined {
    return entriesOf(path.join(this.ask.home, path.dirname(place))).find(
      ({ name }) => name === path.posix.basename(place),
    );
  }

  private async takeFolder(place: string): Promise<void> {
    if (isOtherTier(place, this.ask.choice) && place !== '') return;
    if (place !== '' && !this.mayBeNamed(place)) return;
    const names = entriesOf(path.join(this.ask.home, place)).map(({ name }) => name);
    if (place !== '') this.folders.add(place);
    if (names.includes(CHECKPOINT)) return await this.takeLog(place);
    for (const name of names.sort()) await this.take(place === '' ? name : `${place}/${name}`);
  }

  /** Tiles that a checkpoint names may be replaced by fuller ones: all are taken under one checkpoint. */
  private async takeLog(place: string): Promise<void> {
    const checkpoint = `${place}/${CHECKPOINT}`;
    if (this.files.has(checkpoint)) return;
    const read = () => readFileSync(path.join(this.ask.home, checkpoint), 'utf8');
    for (let tries = 0; tries < LOG_TRIES_MAX; tries++) {
      const before = read();
      for (const name of [...this.files.keys()]) if (name.startsWith(`${place}/`)) this.forget(name);
      for (const name of entriesOf(path.join(this.ask.home, place)).map((one) => one.name))
        await this.take(`${place}/${name}`);
      if (read() === before) return;
    }
    this.leave(place, 'grew faster than it could be read');
  }

  private async takeFile(place: string): Promise<void> {
    if (this.files.has(place) || !this.mayBeNamed(place)) return;
    const without = this.ask.without.get(place);
    if (without !== undefined) return this.leave(place, without);
    const room = HOLD_BYTES_MAX - this.heldBytes;
    const seen = await this.see(place, this.ask.hold.has(place) ? room : Math.min(HOLD_FILE_BYTES_MAX, room));
    if (seen === null) return;
    this.heldBytes += seen.bytes?.length ?? 0;
    this.files.set(place, { path: place, ...seen });
  }

  private async see(place: string, holdMax: number): Promise<Seen | null> {
    const file = path.join(this.ask.home, place);
    const seen = await seeFile(file, { journal: isJournal(place), holdMax });
    if (seen === null && this.entryOf(place) !== undefined) this.leave(place, 'would not hold still');
    return seen;
  }

  private mayBeNamed(place: string): boolean {
    const fault = placeFault(place);
    if (fault !== undefined) this.leave(place, `its name cannot be restored everywhere (${fault})`);
    return fault === undefined;
  }

  private forget(place: string): void {
    this.heldBytes -= this.files.get(place)?.bytes?.length ?? 0;
    this.files.delete(place);
  }

  private leave(place: string, reason: string): void {
    this.leftOut.set(place, reason);
  }
}

/** Whether a place and all folders above it are taken. */
function areTaken(parents: readonly string[], choice: Choice, leave: (place: string, reason: string) => void): boolean {
  for (const place of parents) {
    const { taken, reason } = choose(place, choice);
    if (taken) continue;
    if (reason !== undefined) leave(place, reason);
    return false;
  }
  return true;
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}
