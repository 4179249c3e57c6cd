import { rthSessionOf, sessionPhase, tradeDateOf } from '../../shared/market/calendar/cme-calendar.js';
import type { Day } from '../day/day.js';
import type { Owner } from '../world/owner.js';
import { tickFormat } from './tick-format.js';
import type { Objection, SentOrder } from './truth.js';
import type { Report } from './violation.js';

/** The kill switch is looked at four times a second. */
const KILL_SWITCH_MS = 1500;
const MINUTE_MS = 60_000;
/** Between a decision, by which the bridge counts, and its order on the wire: the disk lies between. */
const ON_ITS_WAY_MS = 250;
/** Ticks by which the bridge's book may differ from the gateway's of the last seconds. */
const COLLAR_SLACK_TICKS = 4;
const BOOK_AGE_MS = 3000;
/** Market ms: stamps are rounded, and a message is on its way. */
const STALE_SLACK_MS = 2000;
const CLOSE_SLACK_MS = 3000;

/** Fields of placeOrder (3) in the dialect that the bridge speaks. */
const FIELD = { side: 16, quantity: 17, type: 18, limit: 19, orderRef: 26 } as const;

/** What must hold for every order of ours at the moment at which it leaves. */
export class SendRules {
  private readonly openings = new Map<Owner, number[]>();
  /** By the folder of the journal that has to know them. */
  private readonly highestOrderId = new Map<string, number>();

  constructor(
    private readonly day: Day,
    private readonly report: Report,
  ) {}

  judge(fields: readonly string[], sender: Owner): SentOrder {
    const { world, localSymbol } = this.day;
    const isClosing = fields[FIELD.type] === 'MKT';
    const limitText = fields[FIELD.limit] ?? '';
    const words = `${fields[FIELD.side]} ${fields[FIELD.quantity]} ${localSymbol} ${limitText || 'market'} (${fields[1]})`;
    if (!isClosing) this.judgePrice(words, limitText);
    this.judgeOrderId(words, Number(fields[1]));
    this.judgeRecord(words, fields[FIELD.orderRef] ?? '');
    return {
      ...{ orderRef: fields[FIELD.orderRef] ?? '', sentMs: world.nowMs, isClosing, localSymbol },
      objections: isClosing ? [] : this.objections(words, limitText, sender),
    };
  }

  /** What counts against the order, should it open something. */
  private objections(words: string, limitText: string, sender: Owner): Objection[] {
    const { day } = this;
    const found: Objection[] = [];
    const object = (invariant: Objection['invariant'], what: string) =>
      found.push({ invariant, what: `${words}: ${what}` });
    const halts = day.haltsAt(day.world.nowMs, KILL_SWITCH_MS);
    if (halts.length > 0) object('halted-opens', `halted by ${halts.join(', ')}`);
    const { maxOrdersPerMinute = 0, staleDataMs = 0, priceCollarTicks = 0 } = day.setting.risk;
    const rate = this.rate(sender);
    if (rate > maxOrdersPerMinute) object('order-rate', `${rate} within a minute, the limit is ${maxOrdersPerMinute}`);
    const ageMs = (day.world.nowMs - day.marketWatch.depthHeardMs) * day.setting.speed;
    if (ageMs > staleDataMs + STALE_SLACK_MS)
      object('stale-data', `the last depth came ${ageMs.toFixed(0)} market ms ago, the limit is ${staleDataMs}`);
    const distance = day.marketWatch.distanceTicks(
      Number(limitText) / day.product.tickSize,
      day.world.nowMs - BOOK_AGE_MS - staleDataMs / day.setting.speed,
    );
    if (distance > priceCollarTicks + COLLAR_SLACK_TICKS)
      object('price-collar', `${distance} ticks from the mid, the limit is ${priceCollarTicks}`);
    if (!day.hasModel) object('no-model', 'no model is in use');
    // A gateway whose link is lost takes it later, whatever the bridge does.
    const phases = [day.trueClock.nowMs(), day.clock.nowMs()].map(sessionPhase);
    if (!phases.includes('rth')) object('outside-session', `in the ${phases[0]} phase`);
    if (this.isAboutToClose()) object('outside-session', 'regular hours are about to end');
    if (day.lossRule.isBeyond) object('daily-loss', "the day's loss is beyond its limit");
    return found;
  }

  private judgePrice(words: string, limitText: string): void {
    const { tickSize } = this.day.product;
    const wanted = tickFormat(Math.round(Number(limitText) / tickSize), tickSize);
    if (limitText !== wanted) this.report('inexact-price', `${words} is not ${wanted}`);
  }

  /** An id that is used again may mean a change of another order to the gateway. */
  private judgeOrderId(words: string, orderId: number): void {
    const { journalFolder } = this.day;
    const highest = this.highestOrderId.get(journalFolder) ?? 0;
    if (orderId <= highest) this.report('order-id-again', `${words}: ids up to ${highest} are used already`);
    this.highestOrderId.set(journalFolder, Math.max(highest, orderId));
  }

  /** After a power cut nobody would know that the order is ours. */
  private judgeRecord(words: string, orderRef: string): void {
    if (!this.day.journals.isOnDisk(orderRef))
      this.report('order-not-on-disk', `${words} leaves, and the disk has neither its slot nor its intent`);
  }

  private rate(sender: Owner): number {
    const { nowMs } = this.day.world;
    const sent = (this.openings.get(sender) ?? []).filter((atMs) => nowMs - atMs < MINUTE_MS - ON_ITS_WAY_MS);
    this.openings.set(sender, [...sent, nowMs]);
    return sent.length + 1;
  }

  /** By the true clock and by the bridge's own. */
  private isAboutToClose(): boolean {
    const { trueClock, clock, setting } = this.day;
    const noticeMs = (setting.risk.flattenBeforeCloseSeconds ?? 0) * 1000 - CLOSE_SLACK_MS;
    return [trueClock.nowMs(), clock.nowMs()].every((nowMs) => {
      const rth = rthSessionOf(tradeDateOf(nowMs));
      return rth !== null && nowMs < rth.rthCloseMs && rth.rthCloseMs - nowMs < noticeMs;
    });
  }
}
