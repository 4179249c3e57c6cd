import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { CONTROL_FILES, type TradingControl, tradingControl } from '../../shared/handover/trading-control.js';

/** What the control folder asks for at this moment. */
export interface Asked {
  /** The kill switch: why, in plain words; null where it is off. */
  readonly halt: string | null;
  readonly flatten: TradingControl | null;
  readonly resume: TradingControl | null;
}

/** `broker/control/`: what operators and workflows ask of a running bridge. */
export class ControlFiles {
  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true });
  }

  /** Fails closed: a kill switch that cannot be read, or a folder that cannot be looked into, halts. */
  look(): Asked {
    return {
      halt: this.haltReason(),
      flatten: this.request(CONTROL_FILES.flatten),
      resume: this.request(CONTROL_FILES.resume),
    };
  }

  /** The flattening is done. */
  answerFlatten(): void {
    rmSync(path.join(this.folder, CONTROL_FILES.flatten), { force: true });
  }

  /** The halts are lifted, the kill switch with them. */
  answerResume(): void {
    for (const file of [CONTROL_FILES.halt, CONTROL_FILES.resume])
      rmSync(path.join(this.folder, file), { force: true });
  }

  private haltReason(): string | null {
    const file = path.join(this.folder, CONTROL_FILES.halt);
    if (!existsSync(this.folder)) return 'the control folder is gone';
    if (!existsSync(file)) return null;
    const asked = this.request(CONTROL_FILES.halt);
    return asked ? `${asked.reason} (${asked.by})` : `${file} exists, but says nothing readable`;
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
