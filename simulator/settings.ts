import { z } from 'zod';

const count = z.number().int().positive();

/** What the simulated gateway enforces and charges. Every field has the default that IB documents, where it does. */
export const gatewaySettings = z
  .object({
    /** Accounts of the login, the first is the default. DU marks a paper account. */
    accounts: z
      .array(z.string().regex(/^[A-Z]{1,3}\d{3,10}$/))
      .min(1)
      .default(['DU1000001']),
    /** Currency of the account's values. */
    baseCurrency: z.string().length(3).default('USD'),
    /** Regular hours that contract details name, instead of the calendar's: as IB writes them, in UTC. */
    liquidHours: z.string().optional(),
    startCash: z.number().positive().default(1_000_000),
    commissionPerContract: z.number().nonnegative().default(2.25),
    /** Sees every client's orders; undefined: nobody does. */
    masterClientId: z.number().int().nonnegative().optional(),
    /** First order id of a client that has never been here. */
    firstOrderId: count.default(1),
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
