import { z } from 'zod';
import { Failure } from '../failure.js';

/** Prices in points, quantities in contracts, position signed (long positive). */
const side = z.enum(['BUY', 'SELL']);
export type OrderSide = z.infer<typeof side>;
const contracts = z.number().int().positive();
/** 0: the exchange has busted the execution. */
const executedContracts = z.number().int().nonnegative();
const orderRef = z.uuid();
const text = z.string();

/** Of the lines that are written now. */
export const ORDER_JOURNAL_VERSION = 2;

/** How an order can end. */
export const FINAL_STATES = ['filled', 'cancelled', 'rejected', 'not-received'] as const;
export type FinalState = (typeof FINAL_STATES)[number];

/** How an order that was no longer watched turned out, by the gateway's own word. */
const SETTLED_OUTCOMES = ['working', 'cancelled', 'rejected', 'not-received'] as const;
export type SettledOutcome = (typeof SETTLED_OUTCOMES)[number];

/** What an order is asked to do, by its reference. */
const orderTerms = {
  orderRef,
  orderId: z.number().int().positive(),
  side,
  contracts,
  orderType: z.enum(['LMT', 'MKT']),
  limitPrice: z.number().nullable(),
  purpose: z.enum(['decision', 'flatten']),
  modelVersion: z.number().int().positive().nullable(),
  /** The market event that the decision was taken on; null where none was. */
  eventSeq: z.number().int().nonnegative().nullable(),
};

const lines = [
  /** First line of every file: all that has to be known of the files before. */
  z.object({
    kind: z.literal('carry'),
    tradeDate: z.iso.date(),
    positionContracts: z.number().int(),
    /** Price at which that position is valued for the day's profit; null where none is known yet. */
    markPrice: z.number().nullable(),
    highestOrderId: z.number().int().nonnegative(),
    /** Executions counted already: the gateway reports a whole day, which may span two trade dates. */
    executions: z.array(
      z.object({
        ...{ execId: text, orderRef: orderRef.nullable(), side, price: z.number(), permId: z.number().int() },
        contracts: executedContracts,
      }),
    ),
    haltReasons: z.record(z.string(), z.string()),
    /** Halts whose closing of the position was not done yet. */
    closing: z.array(text).optional(),
    /** The newest orders, all of them over: a late word or execution of one is no other hand's. */
    orders: z
      .array(
        z.object({
          ...{ ...orderTerms, state: z.enum(FINAL_STATES), permIds: z.array(z.number().int()) },
          /** Null: of a slot, and nobody ever heard which. */
          side: side.nullable(),
        }),
      )
      .optional(),
  }),
  /**
   * On disk before an order may leave ahead of its intent: under this reference and id, until then (market time), at most so many
   * contracts may have been sent to either side. The intent follows, or that it was not sent; after a crash, neither may.
   */
  z.object({
    kind: z.literal('slot'),
    orderRef,
    orderId: orderTerms.orderId,
    contractsMax: contracts,
    until: z.iso.datetime(),
  }),
  /** On disk before the order is handed to the socket, or its slot is. */
  z.object({ kind: z.literal('intent'), ...orderTerms }),
  z.object({ kind: z.literal('sent'), orderRef }),
  /** The message certainly never left this process. */
  z.object({ kind: z.literal('not-sent'), orderRef, reason: text }),
  z.object({ kind: z.literal('cancel'), orderRef, reason: text }),
  z.object({
    kind: z.literal('status'),
    orderRef,
    permId: z.number().int(),
    status: text,
    filled: z.number(),
    remaining: z.number(),
  }),
  z.object({ kind: z.literal('rejected'), orderRef, code: z.number().int(), text }),
  z.object({ kind: z.literal('warning'), orderRef, code: z.number().int(), text }),
  /** `corrects` names the execution that this one replaces. */
  z.object({
    kind: z.literal('fill'),
    execId: text.min(1),
    orderRef: orderRef.nullable(),
    permId: z.number().int(),
    side,
    contracts,
    price: z.number(),
    /** As the gateway words it. */
    executedAt: text,
    corrects: text.nullable(),
    /** Executed under our client id; told where the order is in no journal that is read any more. */
    isOwn: z.boolean().optional(),
  }),
  z.object({
    kind: z.literal('commission'),
    execId: text,
    amount: z.number(),
    currency: text,
    realizedPnl: z.number().nullable(),
  }),
  /** The socket is gone: the outcome of everything in flight is unknown until it is settled. */
  z.object({ kind: z.literal('link-lost'), reason: text }),
  z.object({
    kind: z.literal('settled'),
    orderRef,
    outcome: z.enum(SETTLED_OUTCOMES),
    permId: z.number().int().nullable(),
  }),
  /** An execution that was counted is void: the exchange has taken the trade back. */
  z.object({ kind: z.literal('bust'), execId: text, corrects: text.nullable() }),
  /**
   * An operator (or the very first start) takes the account's position as it is. What that changes is valued at `price`
   * for the day's profit; where none is known, at the day's first mark.
   */
  z.object({
    kind: z.literal('position'),
    positionContracts: z.number().int(),
    reason: text,
    price: z.number().nullable().optional(),
  }),
  /** Price at which the position that the trade date began with is valued, where its first line knew none. The first counts. */
  z.object({ kind: z.literal('mark'), price: z.number() }),
  /**
   * Halts that close the position (flatten, daily-loss) ask for it by this line; a kill forgets nothing. Since when, wall
   * time: what an operator signed before is not meant for it.
   */
  z.object({ kind: z.literal('halt'), code: text, reason: text, since: z.iso.datetime().optional() }),
  /** No position, here and at the gateway, and no live order: what had to be closed is closed. */
  z.object({ kind: z.literal('flat') }),
  z.object({ kind: z.literal('resume'), code: text, by: text }),
] as const;

/**
 * When a line was written: market time and wall time, ISO 8601 UTC. `n` counts the lines of a file from 1. Version 1 has
 * no slots, and no orders of which only that is known.
 */
const stamp = {
  v: z.union([z.literal(1), z.literal(2)]),
  n: z.number().int().positive(),
  marketTime: z.iso.datetime(),
  wallTime: z.iso.datetime(),
};

const bodies = z.discriminatedUnion('kind', lines);
export const journalLine = bodies.and(z.object(stamp));
/** What happened, without when. */
export type JournalEntry = Readonly<z.infer<typeof bodies>>;
export type JournalLine = Readonly<z.infer<typeof journalLine>>;
export type EntryOf<K extends JournalEntry['kind']> = Extract<JournalEntry, { kind: K }>;

/** What a line says, without when it was written. */
export function entryOf({ v: _v, n: _n, marketTime: _market, wallTime: _wall, ...entry }: JournalLine): JournalEntry {
  return entry as JournalEntry;
}

/** What somebody wants written would be no line that the next start can read: it is not written. */
export class JournalLineInvalid extends Failure {
  constructor(entry: JournalEntry, field: string, reason: string) {
    super(
      'JournalLineInvalid',
      `${entry.kind}${'orderRef' in entry && entry.orderRef ? ` of order ${entry.orderRef}` : ''}: ${field}: ${reason}`,
      'compare orders, executions and position with TWS',
      { entry, field },
    );
  }
}

/** The rest of a line, its stamp, is the journal's own. @throws JournalLineInvalid where the next start could not read it */
export function checkEntry(entry: JournalEntry): void {
  const issue = bodies.safeParse(entry).error?.issues[0];
  if (issue) throw new JournalLineInvalid(entry, issue.path.join('.') || 'line', issue.message);
}

/** `orders-<trade date>.jsonl` of an account and contract. */
export function orderJournalFile(tradeDate: string): string {
  return `orders-${tradeDate}.jsonl`;
}

/** @returns the trade date; null for any other file */
export function tradeDateOfOrderJournal(file: string): string | null {
  return /^orders-(\d{4}-\d\d-\d\d)\.jsonl$/.exec(file)?.[1] ?? null;
}

/** The contract of a journal by its name within `journal/`, `<account>-<contract>/orders-<trade date>.jsonl`; null where it has none. */
export function contractOfJournal(name: string): string | null {
  return /^[^/]+-([^-/]+)\/orders-/.exec(name)?.[1] ?? null;
}
