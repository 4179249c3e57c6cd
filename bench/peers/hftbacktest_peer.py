"""hftbacktest on price-addressed rows in memory.

feed ROWS TICK LOW HIGH               the bare feed loop
make ROWS TICK LOW HIGH QUEUE FILLS [QUEUE FILLS]...
                                      the market maker of bench/replay/quote-both-sides.ts; writes its fills
Prints one JSON object a line; seconds (of processor time, all threads) do not contain reading the file, nor compiling.
"""

import json
import sys
import time

import numpy as np
from hftbacktest import GTX, LIMIT, BacktestAsset, ROIVectorMarketDepthBacktest
from hftbacktest.order import FILLED, NONE
from hftbacktest.types import event_dtype
from numba import njit

FEED_NS, ENTRY_NS, RESPONSE_NS, POSITION_MAX = 2_000_000, 5_000_000, 5_000_000, 5
FOREVER_NS = 10**18
INVALID_MIN, INVALID_MAX = -(2**63), 2**63 - 1
FEED = 2


def backtest(rows, tick, low, high, queue):
    asset = (
        BacktestAsset()
        .data(rows)
        .linear_asset(1.0)
        .constant_order_latency(ENTRY_NS, RESPONSE_NS)
        .no_partial_fill_exchange()
        .trading_qty_fee_model(0.0, 0.0)
        .tick_size(tick)
        .lot_size(1.0)
        .roi_lb(low)
        .roi_ub(high)
        .last_trades_capacity(0)
    )
    name, _, parameter = queue.partition(":")
    if name == "none":
        asset = asset.risk_adverse_queue_model()
    elif name == "power":
        asset = asset.power_prob_queue_model(float(parameter))
    elif name == "power3":
        asset = asset.power_prob_queue_model3(float(parameter))
    else:
        raise SystemExit(f"no queue model {queue}")
    return ROIVectorMarketDepthBacktest([asset])


@njit
def feed(hbt):
    events = 0
    while hbt.wait_next_feed(False, FOREVER_NS) == FEED:
        events += 1
    return events


@njit
def settle(hbt, order_id, side, tick, fills, count):
    """Writes down a fill that has become known. Returns whether the order is over, and the number of fills."""
    order = hbt.orders(0).get(order_id)
    if order is None:
        return True, count
    if order.status == FILLED:
        fills[count, 0] = order.exch_timestamp
        fills[count, 1] = side
        fills[count, 2] = order.exec_price_tick
        return True, count + 1
    return False, count


@njit
def quote(hbt, order_id, is_over, side, price_tick, is_wanted, tick, next_id):
    """Returns the id of the order that stands for this side, and the next free one."""
    if not is_over:
        order = hbt.orders(0).get(order_id)
        if order.price_tick != price_tick and order.cancellable:
            hbt.cancel(0, order_id, False)
        return order_id, next_id
    if not is_wanted:
        return 0, next_id
    if side > 0:
        hbt.submit_buy_order(0, next_id, price_tick * tick, 1.0, GTX, LIMIT, False)
    else:
        hbt.submit_sell_order(0, next_id, price_tick * tick, 1.0, GTX, LIMIT, False)
    return next_id, next_id + 1


@njit
def make(hbt, tick, fills):
    bid_id, ask_id, next_id, count = 0, 0, 1, 0
    while True:
        result = hbt.wait_next_feed(False, FOREVER_NS)
        bid_over, count = settle(hbt, bid_id, 1, tick, fills, count)
        ask_over, count = settle(hbt, ask_id, -1, tick, fills, count)
        if result != FEED:
            return count, next_id - 1
        # What was cancelled or refused is forgotten together with what was filled.
        hbt.clear_inactive_orders(0)
        bid_over = hbt.orders(0).get(bid_id) is None
        ask_over = hbt.orders(0).get(ask_id) is None
        depth = hbt.depth(0)
        best_bid, best_ask = depth.best_bid_tick, depth.best_ask_tick
        if best_bid == INVALID_MIN or best_ask == INVALID_MAX:
            continue
        position = int(hbt.position(0))
        bid_id, next_id = quote(
            hbt, bid_id, bid_over, 1, best_bid - max(position, 0), position < POSITION_MAX, tick, next_id
        )
        ask_id, next_id = quote(
            hbt, ask_id, ask_over, -1, best_ask + max(-position, 0), position > -POSITION_MAX, tick, next_id
        )


def once(job, rows, tick, low, high, queue, fills):
    """Runs a job on all rows. Returns its number of events or fills, its orders, and the seconds that it took."""
    hbt = backtest(rows, tick, low, high, queue)
    started = time.process_time()
    count, orders = (feed(hbt), 0) if job == "feed" else make(hbt, tick, fills)
    seconds = time.process_time() - started
    hbt.close()
    return int(count), int(orders), seconds


def main():
    job, path, tick, low, high = sys.argv[1], sys.argv[2], *map(float, sys.argv[3:6])
    rows = np.fromfile(path, dtype=event_dtype)
    fills = np.zeros((len(rows), 3), dtype=np.int64)
    pairs = sys.argv[6:] if job == "make" else ["none", None]
    # Compiles.
    once(job, rows[:1000].copy(), tick, low, high, "none", fills)
    for queue, file in zip(pairs[::2], pairs[1::2]):
        count, orders, seconds = once(job, rows, tick, low, high, queue, fills)
        if file is not None:
            fills[:count].tofile(file)
        print(json.dumps({"seconds": seconds, "rows": len(rows), "count": count, "orders": orders}))


main()
