import { z } from 'zod';
import { isTimeZone } from './wire/gateway-time.js';

const count = z.number().int().positive();
const delayMs = z.number().int().nonnegative().max(86_400_000);

/** What the simulated gateway enforces and charges. Every field has the default that IB documents, where it does. */
export const gatewaySettings = z
  .object({
    /** Accounts of the login, the first is the default. DU marks a paper account. */
    accounts: z
      .array(z.string().regex(/^[A-Z]{1,3}\d{1,10}$/))
      .min(1)
      .default(['DU1000001']),
    /** Regular hours that contract details name, instead of the calendar's: as IB writes them, in UTC. */
    liquidHours: z.string().optional(),
    startCash: z.number().positive().default(1_000_000),
    /** Currency that the account is kept in. Prices and commissions are in the contract's, USD. */
    accountCurrency: z
      .string()
      .regex(/^[A-Z]{3}$/)
      .default('USD'),
    /** What one USD is worth in the account's currency. */
    exchangeRate: z.number().positive().default(1),
    commissionPerContract: z.number().nonnegative().default(2.25),
    /** Sees every client's orders; undefined: nobody does. */
    masterClientId: z.number().int().nonnegative().optional(),
    /** First order id of a client that has never been here. */
    firstOrderId: count.default(1),
    /** Time until an order, or the cancel of one, comes to its next state; 0: at once, and PendingSubmit is not told. */
    statusDelays: z
      .object({ pendingSubmitMs: delayMs.default(0), preSubmittedMs: delayMs.default(0), cancelMs: delayMs.default(0) })
      .strict()
      .prefault({}),
    /** What becomes of DAY orders when the exchange's session ends by the gateway's clock. */
    dayOrdersEnd: z.enum(['told', 'untold', 'never']).default('told'),
    /** Days of executions that are told on request, today included: TWS's trade log can be set to seven. */
    executionDays: count.max(7).default(1),
    /** Zone of the times that the gateway writes, and of its midnight. */
    timeZone: z.string().refine(isTimeZone, 'must be a time zone such as US/Eastern').default('UTC'),
    /** `zoned`: yyyymmdd hh:mm:ss Zone. `utc`: yyyymmdd-hh:mm:ss. `bare`: as old gateways, without a zone. */
    executionTimes: z.enum(['zoned', 'utc', 'bare']).default('zoned'),
    /** `shift`: operations as the tape has them. `overwrite`: only updates, and inserts and deletes at the tail. */
    depthStyle: z.enum(['shift', 'overwrite']).default('shift'),
    /** On: contracts an order takes are gone for the other orders too, until the tape touches that level again. */
    marketImpact: z.boolean().default(false),
    entitlements: z
      .object({
        level1: z.enum(['live', 'delayed', 'none']).default('live'),
        depth: z.boolean().default(true),
        trading: z.boolean().default(true),
      })
      .prefault({}),
    limits: z
      .object({
        messagesPerSecond: count.default(50),
        /** Times in a row that a client may break the message rate before it is disconnected. */
        rateStrikes: count.default(3),
        marketDataLines: count.default(100),
        depthRequests: count.default(3),
        tickByTickRequests: count.default(5),
        historicalRequestsPer10Min: count.default(60),
        workingOrdersPerSide: count.default(15),
        clients: count.default(32),
        /** Bytes waiting for one slow client before it is disconnected. */
        sendBufferBytesMax: count.default(16 * 1024 * 1024),
        /** Time a connection has to finish its handshake. */
        handshakeMs: count.default(10_000),
      })
      .prefault({}),
  })
  .strict();

export type GatewaySettings = z.output<typeof gatewaySettings>;
