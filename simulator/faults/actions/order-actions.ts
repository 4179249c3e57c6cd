import { z } from 'zod';
import { ms, positive, times } from './fields.js';

/** The state that goes with the error; none: the error is all that is ever said, and the order is not known. */
const refusedAs = z.enum(['Inactive', 'Cancelled', 'none']).default('Inactive');

/** What happens to orders. */
export const orderActions = [
  z.strictObject({
    do: z.literal('rejectOrder'),
    code: positive.default(201),
    text: z.string().default('Order rejected - reason:fault script'),
    rejectJson: z.string().optional(),
    status: refusedAs,
    times,
  }),
  /** An error about an order that is taken and works all the same. */
  z.strictObject({
    do: z.literal('warnOrder'),
    code: positive.default(10349),
    text: z.string().default('Order TIF was set to DAY based on order preset.'),
    times,
  }),
  /** The next order goes Inactive, with or without an error; with `thenMs` it was never gone, and works on. */
  z.strictObject({
    do: z.literal('inactive'),
    thenMs: ms.optional(),
    code: positive.optional(),
    text: z.string().default('Order held while securities are located.'),
    times,
  }),
  /** The next order waits at IB: 399 and PreSubmitted; works after `ms`, or from the next open of the exchange. */
  z.strictObject({
    do: z.literal('holdOrder'),
    ms: ms.optional(),
    /** A cancel meanwhile is answered only at the end. */
    cancelsWait: z.boolean().default(false),
    times,
  }),
  /** The next cancels come too late for so many contracts: Cancelled and 202, then the executions. */
  z.strictObject({
    do: z.literal('cancelFillRace'),
    fillContracts: positive.default(1),
    ms: ms.default(1500),
    times,
  }),
  /** The next cancels of live orders are refused: the orders go on working. */
  z.strictObject({
    do: z.literal('refuseCancel'),
    code: positive.default(10149),
    text: z.string().optional(),
    times,
  }),
  z.strictObject({ do: z.literal('cancelOrder'), text: z.string().default('fault script') }),
  /** The newest order that is not open any more is open again, and works. */
  z.strictObject({ do: z.literal('reappear'), ms: ms.default(0) }),
  /** Limit prices further than this from the last trade are refused; without ticks, none is any more. */
  z.strictObject({
    do: z.literal('priceBand'),
    ticks: positive.optional(),
    code: positive.default(201),
    status: refusedAs,
  }),
  /** The next answers to who asks for open orders leave out the newest one, which works on. */
  z.strictObject({ do: z.literal('omitOpenOrder'), times }),
  /** Every DAY order ends now; untold: nobody hears of it. */
  z.strictObject({ do: z.literal('expireDayOrders'), told: z.boolean().default(true) }),
] as const;
