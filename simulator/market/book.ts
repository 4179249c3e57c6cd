/** One price level. */
export interface Level {
  priceTicks: number;
  size: number;
}

/** IB's numbering. */
export const ASK = 0;
export const BID = 1;
export const INSERT = 0;
export const UPDATE = 1;
export const DELETE = 2;

/**
 * The replayed order book: insert shifts deeper levels down, delete shifts them up, the depth is cut at `levels`.
 * Operations that point outside the book are counted and ignored.
 */
export class Book {
  readonly sides: readonly [Level[], Level[]] = [[], []];
  ignoredOperations = 0;

  constructor(readonly levels: number) {}

  get asks(): readonly Level[] {
    return this.sides[ASK];
  }

  get bids(): readonly Level[] {
    return this.sides[BID];
  }

  /** @returns whether the operation changed the book */
  apply(operation: number, side: number, position: number, priceTicks: number, size: number): boolean {
    const rows = this.sides[side === BID ? BID : ASK];
    const isAppend = position === rows.length && operation !== DELETE;
    if (position >= this.levels || (position >= rows.length && !isAppend)) {
      this.ignoredOperations++;
      return false;
    }
    if (operation === DELETE) rows.splice(position, 1);
    else if (operation === UPDATE && !isAppend) {
      rows[position]!.priceTicks = priceTicks;
      rows[position]!.size = size;
    } else {
      rows.splice(position, 0, { priceTicks, size });
      if (rows.length > this.levels) rows.pop();
    }
    return true;
  }

  clear(): void {
    this.sides[ASK].length = 0;
    this.sides[BID].length = 0;
  }
}
