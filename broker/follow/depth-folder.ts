import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

const FOLDER = 'MarketDepthData';

/** Where the depth files of a symbol lie: in Sierra Chart's data folder, or in the one that it has for them there. */
export class DepthFolder {
  constructor(
    private readonly folder: string,
    private readonly symbol: string,
  ) {}

  /** UTC dates of which there is a file, in order. */
  dates(): string[] {
    const found = this.folders().flatMap((folder) =>
      readdirSync(folder).flatMap((name) => {
        const rest = name.startsWith(`${this.symbol}.`) ? name.slice(this.symbol.length + 1) : '';
        return /^\d{4}-\d\d-\d\d\.depth$/.test(rest) ? [rest.slice(0, 10)] : [];
      }),
    );
    return [...new Set(found)].sort();
  }

  fileOf(date: string): string | undefined {
    return this.folders()
      .map((folder) => path.join(folder, `${this.symbol}.${date}.depth`))
      .find((file) => existsSync(file));
  }

  private folders(): string[] {
    return [path.join(this.folder, FOLDER), this.folder].filter((folder) => existsSync(folder));
  }
}
