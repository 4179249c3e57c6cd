/** Regular trading hours of one exchange trade date; times are ms since the Unix epoch. */
export interface RthSession {
  /** Exchange trade date, YYYY-MM-DD. */
  readonly tradeDate: string;
  readonly rthOpenMs: number;
  readonly rthCloseMs: number;
  /** Regular hours end early; for the stock market at 13:00 New York. */
  readonly halfDay: boolean;
}

/** The electronic session of one exchange trade date; it opens on the calendar day before. Times are ms since the Unix epoch. */
export interface GlobexSession {
  /** Exchange trade date, YYYY-MM-DD. */
  readonly tradeDate: string;
  readonly globexOpenMs: number;
  readonly globexCloseMs: number;
  /** From here on events belong to a later trade date; on an early close of some groups this lies after the close. */
  readonly dateEndMs: number;
  /** The pause in the afternoon of the years in which there was one. */
  readonly pause: { readonly startMs: number; readonly endMs: number } | null;
  /** null on days without regular hours. */
  readonly rth: RthSession | null;
}
