import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { CONTROL_FILES, type TradingControl, tradingControl } from '../../shared/contract/trading-control.js';
import { readPlainFile } from '../../shared/node/disk/plain-file.js';

/** What the control folder asks for at this moment. */
export interface Asked {
  /** The kill switch: why, in plain words; null where it is off. Not `thrown` where nobody can tell whether it is. */
  readonly halt: { readonly reason: string; readonly isThrown: boolean } | null;
  readonly flatten: TradingControl | null;
  /** To be believed only under a signature: see `OperatorActs`. */
  readonly resume: AskedInWriting | null;
  readonly limits: AskedInWriting | null;
  readonly roll: AskedInWriting | null;
}

export interface AskedInWriting {
  readonly text: string;
  /** Wall ms at which what stops trading was asked for last; not before it can a request have been signed that ends it. */
  readonly stopWrittenMs: number;
}

/** Far more than a statement with all its signatures needs. */
const REQUEST_BYTES_MAX = 64 * 1024;

/** `broker/control/`: what operators and workflows ask of a running bridge. */
export class ControlFiles {
  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true });
  }

  /** Fails closed: a kill switch that cannot be read, or a folder that cannot be looked into, halts. */
  look(): Asked {
    return {
      halt: this.halt(),
      flatten: this.request(CONTROL_FILES.flatten) ?? this.unreadable(CONTROL_FILES.flatten),
      resume: this.isResumeOutdated() ? null : this.writing(CONTROL_FILES.resume),
      limits: this.writing(CONTROL_FILES.limits),
      roll: this.writing(CONTROL_FILES.roll),
    };
  }

  /** Taken, or refused: it is not looked at again. @returns false where it cannot be removed */
  answer(name: 'resume' | 'limits' | 'roll'): boolean {
    return this.remove(CONTROL_FILES[name]);
  }

  /** The flattening is done. */
  answerFlatten(): void {
    this.remove(CONTROL_FILES.flatten);
  }

  /**
   * Takes the kill switch off and ends a flattening that was asked for before, and the request with them: the request
   * first, so that it cannot meet a later kill switch.
   * @returns false where one of them cannot be removed (somebody holds it open, the folder is read-only): nothing is resumed
   */
  answerResume(): boolean {
    return [CONTROL_FILES.resume, CONTROL_FILES.halt, CONTROL_FILES.flatten].every((name) => this.remove(name));
  }

  /** What stops trading and was asked for after the request to resume stands, and the request is void. */
  private isResumeOutdated(): boolean {
    const resume = this.writtenMs(CONTROL_FILES.resume);
    if (resume === null) return false;
    if (resume > this.stopWrittenMs) return false;
    this.remove(CONTROL_FILES.resume);
    return true;
  }

  private get stopWrittenMs(): number {
    const stops = [CONTROL_FILES.halt, CONTROL_FILES.flatten].map((name) => this.writtenMs(name) ?? 0);
    return Math.max(...stops);
  }

  /** Null where there is none, and where somebody has only begun to write it. */
  private writing(name: string): AskedInWriting | null {
    const asked = (text: string) => ({ text, stopWrittenMs: this.stopWrittenMs });
    try {
      const bytes = readPlainFile(path.join(this.folder, name), REQUEST_BYTES_MAX);
      return bytes.length === 0 ? null : asked(bytes.toString('utf8'));
    } catch (error) {
      // What is no plain file is refused in words.
      return (error as NodeJS.ErrnoException).code === undefined ? asked('') : null;
    }
  }

  private writtenMs(name: string): number | null {
    try {
      return statSync(path.join(this.folder, name)).mtimeMs;
    } catch {
      return null;
    }
  }

  private remove(name: string): boolean {
    try {
      rmSync(path.join(this.folder, name), { force: true });
      return true;
    } catch {
      return false;
    }
  }

  private halt(): Asked['halt'] {
    const file = path.join(this.folder, CONTROL_FILES.halt);
    const found = lookFor(this.folder, file);
    if (found === 'absent') return null;
    if (found !== 'present') return { reason: found.untold, isThrown: false };
    const asked = this.request(CONTROL_FILES.halt);
    const reason = asked ? `${asked.reason} (${asked.by})` : `${file} exists, but says nothing readable`;
    return { reason, isThrown: true };
  }

  /** A file that says nothing readable is a request all the same: on a full disk an operator can make no other. */
  private unreadable(name: string): TradingControl | null {
    const writtenMs = this.writtenMs(name);
    if (writtenMs === null) return null;
    return { v: 1, by: 'unknown', reason: `${name} says nothing readable`, at: new Date(writtenMs).toISOString() };
  }

  /** Null where there is no such file, or it is none of ours. */
  private request(name: string): TradingControl | null {
    try {
      return tradingControl.parse(JSON.parse(readFileSync(path.join(this.folder, name), 'utf8')));
    } catch {
      return null;
    }
  }
}

/**
 * Off is only what is certain: the folder can be listed and looked into, and has no entry of this name, not even a link
 * that leads nowhere. (`existsSync` says no where it may not look.)
 * @returns why nobody can tell, where nobody can
 */
function lookFor(folder: string, file: string): 'present' | 'absent' | { readonly untold: string } {
  try {
    readdirSync(folder);
  } catch (error) {
    return { untold: `the control folder cannot be read: ${(error as Error).message}` };
  }
  try {
    lstatSync(file);
    return 'present';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'absent';
    return { untold: `whether ${file} exists cannot be told: ${(error as Error).message}` };
  }
}
