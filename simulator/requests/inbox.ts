import type { FaultDirector } from '../faults/fault-director.js';
import type { GatewayCore } from '../gateway-core.js';
import type { Outage } from '../outage.js';
import type { Session } from '../session.js';
import { dispatch, isOrderRequest, nameOf } from './dispatch.js';

const PACED_MESSAGES_MAX = 10_000;

interface InboxCore extends GatewayCore {
  readonly outage: Outage | undefined;
}

/** Where clients' messages come in: judged by their rate, held during an outage, then answered. */
export class Inbox {
  readonly #paced = new Map<Session, string[][]>();

  constructor(
    private readonly core: InboxCore,
    private readonly director: FaultDirector,
  ) {}

  take(session: Session, fields: string[]): void {
    if (session.pacesRequests) this.#takePaced(session, fields);
    else if (this.#admits(session)) this.#handle(session, fields);
  }

  /** A message above the rate is not handled; whoever goes on like that is disconnected. */
  #admits(session: Session): boolean {
    const verdict = session.pace.judge(performance.now());
    if (verdict === 'handle') return true;
    const { messagesPerSecond } = this.core.settings.limits;
    const received = session.pace.count;
    const text = `Max rate of messages per second has been exceeded:max=${messagesPerSecond} rec=${received} (${received - messagesPerSecond})`;
    session.error(-1, 100, text);
    if (verdict === 'disconnect') session.end('the message rate was exceeded again and again');
    return false;
  }

  /** +PACEAPI: messages above the rate wait their turn. */
  #takePaced(session: Session, fields: string[]): void {
    const queue = this.#paced.get(session);
    if (queue) {
      queue.push(fields);
      if (queue.length > PACED_MESSAGES_MAX)
        session.destroy(`more than ${PACED_MESSAGES_MAX} messages wait for their turn`);
    } else if (session.pace.waitMs(performance.now()) === 0) {
      session.pace.judge(performance.now());
      this.#handle(session, fields);
    } else {
      this.#paced.set(session, [fields]);
      this.#drainLater(session);
    }
  }

  #drainLater(session: Session): void {
    this.core.later(session.pace.waitMs(performance.now()) + 1, () => {
      const queue = this.#paced.get(session) ?? [];
      this.#paced.delete(session);
      if (session.isOpen) for (const fields of queue) this.#takePaced(session, fields);
    });
  }

  #handle(session: Session, fields: string[]): void {
    const isOrder = isOrderRequest(fields[0]);
    if (this.core.outage && isOrder) {
      this.core.outage.heldRequests.push(() => this.#answer(session, fields));
      return;
    }
    this.#answer(session, fields);
  }

  /** The socket may be gone by now; what the client asked for before that still happens. */
  #answer(session: Session, fields: string[]): void {
    const isNewOrder = nameOf(fields[0]) === 'placeOrder' && session.clientId !== undefined;
    if (isNewOrder) {
      this.director.begin('onOrder');
      if (!session.isOpen) return;
    }
    dispatch(this.core, session, fields);
    if (isNewOrder) this.director.strike('onOrder', 'reported');
  }
}
