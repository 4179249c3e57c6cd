import type { Draw } from './draw.js';
import { fault, type Kind, restartMs } from './kind.js';
import type { Action, Later } from './plan.js';

const after = (afterMs: number, action: Action): Later => ({ afterMs, action });
const onOrder = (holdMs: number, ...then: readonly Later[]): Action => ({ do: 'on-order', holdMs, then });
const onFill = (...then: readonly Later[]): Action => ({ do: 'on-fill', then });

/** An order that ended is alive again while no bridge is there, and the next look is not shown it. */
const backWhileAway = (d: Draw, holdMs: number, ...more: readonly Later[]): Action =>
  onOrder(
    holdMs,
    after(0, fault({ do: 'cancelOrder' })),
    after(0, { do: 'push-away', ticks: d.whole(12, 40) }),
    after(d.whole(200, 400), { do: 'stop', restartMs: d.whole(1500, 3000) }),
    after(d.whole(800, 1200), fault({ do: 'reappear' })),
    // A look asks for the orders of the client and for those of all.
    after(1300, fault({ do: 'omitOpenOrder', times: 2 })),
    ...more,
  );

/** Steps one after the other: what has to meet for a second line of defence to be needed, and seldom does by itself. */
export const SEQUENCES: readonly Kind[] = [
  {
    name: 'cancel-is-lost',
    perDay: 3,
    draw: (d) =>
      onOrder(d.whole(6000, 15_000), after(0, fault({ do: 'ignoreRequest', request: 'cancelOrder', times: 1 }))),
  },
  {
    name: 'order-shown-late',
    perDay: 3,
    draw: (d) => onOrder(d.whole(2000, 8000), after(0, { do: 'order-shown-late' })),
  },
  {
    name: 'asked-before-execution',
    perDay: 3,
    draw: (d) =>
      onOrder(
        d.whole(300, 2000),
        after(0, fault({ do: 'executionsLate', ms: d.whole(600, 690), times: 1 })),
        after(0, onFill(after(0, { do: 'ask', what: 'resume' }))),
      ),
  },
  {
    name: 'twin-on-order',
    perDay: 2,
    draw: (d) => onOrder(d.whole(3000, 9000), after(0, { do: 'twin-order' }), after(1, fault({ do: 'reset' }))),
  },
  {
    name: 'race-behind-position',
    perDay: 3,
    draw: (d, { risk }) => {
      const ms = d.whole(200, 500);
      return onOrder(
        d.whole(4000, 12_000),
        after(0, fault({ do: 'cancelFillRace', fillContracts: d.whole(1, risk.maxPositionContracts!), ms, times: 1 })),
        after(0, fault({ do: 'positionsLate', ms: ms + 100, times: 1 })),
      );
    },
  },
  { name: 'loss', perDay: 2, draw: (d) => ({ do: 'push-against', share: d.whole(13, 25) / 10 }) },
  {
    name: 'killed-at-loss',
    perDay: 2,
    draw: (d) =>
      onFill(
        after(0, { do: 'kill', moment: { at: 'line', kind: 'halt', part: 'after' }, restartMs: restartMs(d) }),
        after(1, { do: 'push-against', share: d.whole(15, 25) / 10 }),
      ),
  },
  {
    name: 'correct-fill',
    perDay: 2,
    draw: (d) =>
      onFill(after(d.whole(20, 500), fault({ do: 'correctExecution', priceTicks: d.whole(-2, 2), shares: -1 }))),
  },
  {
    name: 'order-ends-in-silence',
    perDay: 2,
    draw: (d, { risk, speed }) => {
      const staleMs = Math.ceil((risk.staleDataMs! + 3000) / speed);
      return onOrder(
        staleMs + 2000,
        ...[0, 0, 0, 0].map((ms) => after(ms, onOrder(staleMs))),
        after(0, fault({ do: 'silence', stream: 'depth', forMs: staleMs + d.whole(1000, 4000), persists: true })),
        after(staleMs, fault({ do: 'cancelOrder' })),
      );
    },
  },
  {
    name: 'cancelled-order-comes-back',
    perDay: 3,
    draw: (d) =>
      onOrder(
        d.whole(2000, 4000),
        after(0, fault({ do: 'cancelOrder' })),
        after(0, { do: 'push-away', ticks: d.whole(12, 40) }),
        after(d.whole(200, 1500), fault({ do: 'reappear' })),
      ),
  },
  { name: 'comes-back-while-away', perDay: 4, draw: (d) => backWhileAway(d, d.whole(3000, 6000)) },
  {
    name: 'comes-back-and-is-not-asked-about-again',
    perDay: 4,
    draw: (d) =>
      backWhileAway(
        d,
        d.whole(6000, 12_000),
        after(1300, fault({ do: 'ignoreRequest', request: 'reqAllOpenOrders', skip: 1, times: 1 })),
      ),
  },
  {
    name: 'left-out-of-a-look',
    perDay: 4,
    draw: (d) =>
      onOrder(
        d.whole(6000, 15_000),
        after(0, fault({ do: 'omitOpenOrder', times: 2 })),
        after(0, { do: 'ask', what: 'resume' }),
      ),
  },
  {
    name: 'refused-and-left-out-of-a-look',
    perDay: 4,
    draw: (d) => ({ do: 'refused-and-left-out', code: d.oneOf([201, 31_999]), thenMs: d.whole(2000, 6000) }),
  },
  // An order that leaves while the disk has not taken its slot, and then never takes it.
  {
    name: 'power-cut-behind-order',
    perDay: 3,
    draw: (d) => {
      const forMs = d.whole(6000, 15_000);
      return onOrder(
        d.whole(100, 2000),
        after(0, { do: 'slow-disk', delayMs: d.whole(1500, 4000), forMs }),
        after(1, onOrder(d.whole(1000, 6000), after(0, { do: 'power-cut', restartMs: restartMs(d) }))),
      );
    },
  },
  {
    name: 'killed-at-slot',
    perDay: 2,
    draw: (d) => {
      const part = d.oneOf(['before', 'half', 'after'] as const);
      return onOrder(
        d.whole(100, 6000),
        after(0, { do: 'kill', moment: { at: 'line', kind: 'slot', part }, restartMs: restartMs(d) }),
      );
    },
  },
  {
    name: 'killed-behind-order',
    perDay: 3,
    draw: (d) => ({ do: 'kill', moment: { at: 'message', kind: '3', part: 'after' }, restartMs: restartMs(d) }),
  },
];
