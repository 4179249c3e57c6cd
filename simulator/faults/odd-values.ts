import { UNSET_DOUBLE } from '../wire/field-reader.js';
import type { Field } from '../wire/frame.js';
import type { OddDepth, OddExecution, OddPosition, OddQuote, OddStatus, OddTrade } from './actions/odd-kinds.js';

const ABSURD = '999999999999999999999';

/** Here and below: a message with the one field that `kind` names made odd. Places count from the message id, 0. */
export function oddDepth(kind: OddDepth, message: string): string {
  const fields: Field[] = message.split('\0').slice(0, -1);
  const at = { position: 3, operation: 4, side: 5, price: 6, size: 7 };
  switch (kind) {
    case 'unknownSide':
      fields[at.side] = 7;
      break;
    case 'unknownOperation':
      fields[at.operation] = 9;
      break;
    case 'farPosition':
      fields[at.position] = 300;
      break;
    case 'negativePosition':
      fields[at.position] = -1;
      break;
    case 'emptyPosition':
      fields[at.position] = '';
      break;
    default:
      oddPriceOrSize(kind, fields, at);
  }
  return `${fields.join('\0')}\0`;
}

/** A trade by tick-by-tick (99), or the last price of quotes (1). */
export function oddTrade(kind: OddTrade, fields: readonly Field[]): Field[] {
  const odd = [...fields];
  const isTick = fields[0] === 99;
  if (kind === 'emptyTime' || kind === 'ancientTime' || kind === 'futureTime') {
    const seconds = kind === 'emptyTime' ? '' : kind === 'ancientTime' ? 1 : 9_999_999_999;
    if (isTick) odd[3] = seconds;
  } else oddPriceOrSize(kind, odd, { price: 4, size: 5 });
  return odd;
}

/** A quote by tick-by-tick (99, type 3: the bid), or one price of quotes (1). */
export function oddQuote(kind: OddQuote, fields: readonly Field[]): Field[] {
  const odd = [...fields];
  oddPriceOrSize(kind, odd, fields[0] === 99 ? { price: 4, size: 6 } : { price: 4, size: 5 });
  return odd;
}

export function oddExecution(kind: OddExecution, fields: readonly Field[]): Field[] {
  const at = { execId: 14, time: 15, side: 18, shares: 19, price: 20, permId: 21, orderRef: 26 };
  const odd = [...fields];
  const changes: Record<OddExecution, [place: number, value: Field]> = {
    emptyTime: [at.time, ''],
    bareTime: [at.time, '20250922  09:30:00'],
    zeroShares: [at.shares, 0],
    fractionalShares: [at.shares, 0.5],
    negativeShares: [at.shares, -1],
    nanShares: [at.shares, 'NaN'],
    unknownSide: [at.side, 'XXX'],
    emptyExecId: [at.execId, ''],
    negativePrice: [at.price, '-1'],
    nanPrice: [at.price, 'NaN'],
    emptyPrice: [at.price, ''],
    zeroPermId: [at.permId, 0],
    emptyOrderRef: [at.orderRef, ''],
  };
  const [place, value] = changes[kind];
  odd[place] = value;
  return odd;
}

export function oddStatus(kind: OddStatus, fields: readonly Field[]): Field[] {
  const at = { status: 2, filled: 3, remaining: 4, permId: 6 };
  const odd = [...fields];
  const changes: Record<OddStatus, [place: number, value: Field]> = {
    emptyStatus: [at.status, ''],
    unknownStatus: [at.status, 'Levitating'],
    emptyFilled: [at.filled, ''],
    nanFilled: [at.filled, 'NaN'],
    absurdFilled: [at.filled, ABSURD],
    negativeFilled: [at.filled, -1],
    fractionalFilled: [at.filled, 0.5],
    negativeRemaining: [at.remaining, -1],
    unsetRemaining: [at.remaining, UNSET_DOUBLE],
    zeroPermId: [at.permId, 0],
  };
  const [place, value] = changes[kind];
  odd[place] = value;
  return odd;
}

export function oddPosition(kind: OddPosition, fields: readonly Field[]): Field[] {
  const at = { account: 2, conId: 3, position: 14, cost: 15 };
  const odd = [...fields];
  const changes: Record<OddPosition, [place: number, value: Field]> = {
    emptyPosition: [at.position, ''],
    nanPosition: [at.position, 'NaN'],
    fractionalPosition: [at.position, 0.5],
    absurdPosition: [at.position, ABSURD],
    unsetPosition: [at.position, UNSET_DOUBLE],
    emptyAccount: [at.account, ''],
    unknownAccount: [at.account, 'DU9999999'],
    zeroConId: [at.conId, 0],
    emptyCost: [at.cost, ''],
  };
  const [place, value] = changes[kind];
  odd[place] = value;
  return odd;
}

function oddPriceOrSize(kind: OddQuote, fields: Field[], at: Readonly<Record<'price' | 'size', number>>): void {
  const price = String(fields[at.price]);
  const values: Record<OddQuote, Partial<Record<'price' | 'size', Field>>> = {
    offTickPrice: { price: `${price}${price.includes('.') ? '' : '.0'}0003` },
    dustPrice: { price: String(Number(price) * (1 + Number.EPSILON)) },
    nanPrice: { price: 'NaN' },
    emptyPrice: { price: '' },
    unsetPrice: { price: UNSET_DOUBLE },
    negativePrice: { price: '-1' },
    zeroQuote: { price: '0', size: 0 },
    minusOneQuote: { price: '-1', size: 0 },
    negativeSize: { size: -3 },
    fractionalSize: { size: 1.5 },
    absurdSize: { size: ABSURD },
    nanSize: { size: 'NaN' },
    emptySize: { size: '' },
    unsetSize: { size: UNSET_DOUBLE },
    zeroSize: { size: 0 },
  };
  for (const [name, value] of Object.entries(values[kind])) fields[at[name as 'price' | 'size']] = value;
}
