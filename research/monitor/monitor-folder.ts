import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { BadInput, Failure } from '../../shared/failure.js';
import { jsonOfFormat } from '../../shared/formats/version-found.js';
import { replaceFile } from '../../shared/node/disk/replace-file.js';
import { type MonitorReport, monitorReport } from './report.js';

/** `research/monitor/` of a home: for each contract and trade date a report, as JSON and as a page. */
export class MonitorFolder {
  constructor(readonly folder: string) {}

  file(instrument: string, tradeDate: string, ending: 'json' | 'html'): string {
    return path.join(this.folder, instrument, `${tradeDate}.${ending}`);
  }

  /** The page first: whoever finds a report finds its page too. */
  write(report: MonitorReport, page: string): void {
    const { instrument, tradeDate } = report;
    replaceFile(this.file(instrument, tradeDate, 'html'), page);
    replaceFile(this.file(instrument, tradeDate, 'json'), `${JSON.stringify(monitorReport.parse(report))}\n`);
  }

  has(instrument: string, tradeDate: string): boolean {
    return existsSync(this.file(instrument, tradeDate, 'json'));
  }

  /** Null where that date was not monitored. @throws BadInput where the report is damaged */
  read(instrument: string, tradeDate: string): MonitorReport | null {
    const file = this.file(instrument, tradeDate, 'json');
    if (!existsSync(file)) return null;
    try {
      return monitorReport.parse(jsonOfFormat('monitor report', file, readFileSync(file, 'utf8')));
    } catch (error) {
      if (error instanceof Failure) throw error;
      const fix = `remove it and monitor the day again: believe monitor run --instrument ${instrument} --date ${tradeDate}`;
      throw new BadInput(file, undefined, `is no report: ${(error as Error).message.slice(0, 200)}`, fix);
    }
  }

  instruments(): string[] {
    return existsSync(this.folder) ? readdirSync(this.folder).sort() : [];
  }

  /** Trade dates that were monitored, ascending. */
  dates(instrument: string): string[] {
    const folder = path.join(this.folder, instrument);
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .flatMap((name) => /^(\d{4}-\d\d-\d\d)\.json$/.exec(name)?.[1] ?? [])
      .sort();
  }

  /** The newest reports before a date, ascending. */
  before(instrument: string, tradeDate: string, most: number): MonitorReport[] {
    const dates = this.dates(instrument).filter((date) => date < tradeDate);
    return dates.slice(-most).flatMap((date) => this.read(instrument, date) ?? []);
  }
}
