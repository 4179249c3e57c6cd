"""What a peer in Python decides by: a ten-level book from raw operations, features by numpy, three heads, the policy."""

import json
import math
import time

import numpy as np
import onnxruntime

LEVELS, BAR_SECONDS = 10, 300
BUCKETS_PER_SECOND = 10
WINDOW_SECONDS = (1, 5, 10, 30, 60)
WINDOW_BUCKETS = tuple(BUCKETS_PER_SECOND * seconds for seconds in WINDOW_SECONDS)
BUCKETS = max(WINDOW_BUCKETS) + 1
# Flows that are summed over windows.
OFI, BOOK_EVENTS, MID_CHANGES, MID_SQUARES, SIGNED_VOLUME, VOLUME, TRADES, PRICE_VOLUME = range(8)
FLOWS = 8
SLOPE_WEIGHTS = np.arange(1 - LEVELS, LEVELS, 2) / (2 * 82.5)


def market_clock(speed, market_start):
    """Seconds since the epoch in a market that runs `speed` times as fast as the clock, from now on."""
    started = time.monotonic()
    return lambda: market_start + (time.monotonic() - started) * speed


def write_stages(folder, orders):
    """Each order's reference and its stamps, as text: a double does not hold ns."""
    (folder / "stages.json").write_text(json.dumps([[str(value) for value in order] for order in orders]))


class Windows:
    """Sums of flows over the last 1 to 60 seconds, kept in buckets of 100 ms."""

    def __init__(self):
        self.sums = np.zeros((BUCKETS, FLOWS))
        self.mids = np.zeros(BUCKETS)
        self.filling = [0.0] * FLOWS
        self.bucket = None
        self.first = None

    def advance(self, seconds, mid):
        target = math.floor(seconds * BUCKETS_PER_SECOND)
        if self.bucket is None:
            self.bucket = self.first = target
        for bucket in range(self.bucket, target):
            slot = bucket % BUCKETS
            self.sums[slot] = self.filling
            self.mids[slot] = mid
            self.filling = [0.0] * FLOWS
        self.bucket = target

    @property
    def is_warm(self):
        return self.bucket - self.first >= BUCKETS - 1

    def read(self):
        """Sums, one row a window, and the mids before each window."""
        order = (self.bucket - np.arange(1, BUCKETS)) % BUCKETS
        back = np.cumsum(self.sums[order], axis=0)
        rows = np.array([back[n - 2] if n > 1 else np.zeros(FLOWS) for n in WINDOW_BUCKETS]) + self.filling
        return rows, self.mids[(self.bucket - np.array(WINDOW_BUCKETS)) % BUCKETS]


class Head:
    def __init__(self, folder, name, forecast):
        self.scale, self.bias, self.moves = forecast["scale"], forecast["bias"], forecast["moveTicks"]
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.name = name
        self.features = json.loads((folder / f"{name}.json").read_text())["features"]
        self.session = onnxruntime.InferenceSession(
            str(folder / f"{name}.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self.row = None
        self.move = 0.0

    def run(self, values):
        row = np.array([[values[name] for name in self.features]], dtype=np.float32)
        if self.row is None or not np.array_equal(row, self.row, equal_nan=True):
            probabilities = self.session.run(["probabilities"], {"features": row})[0][0]
            self.row, self.move = row, self.expected_move(probabilities.tolist())
        return self.move

    def expected_move(self, probabilities):
        shares = [math.exp(self.scale * math.log(max(p, 1e-6)) + bias) for p, bias in zip(probabilities, self.bias)]
        return sum(share * move for share, move in zip(shares, self.moves)) / sum(shares)


class Market:
    """The ten-level book from raw operations (ib_async's own neither shifts nor renumbers), flows and bars."""

    def __init__(self, tick):
        self.tick = tick
        self.sides = ([], [])
        self.windows = Windows()
        self.best = None
        self.mid = 0.0
        self.mid_changed = self.traded = 0.0
        self.last_sign = self.last_size = 0
        self.bars = []
        self.bar = None

    def depth(self, seconds, operation, side, position, price, size):
        levels = self.sides[side]
        if operation == 0:
            levels.insert(position, (price, size))
            del levels[LEVELS:]
        elif operation == 1:
            levels[position : position + 1] = [(price, size)]
        else:
            del levels[position : position + 1]
        asks, bids = self.sides
        if not asks or not bids or bids[0][0] >= asks[0][0]:
            return
        flows = self.windows.filling
        flows[BOOK_EVENTS] += 1
        (bid, bid_size), (ask, ask_size) = bids[0], asks[0]
        mid = (bid + ask) / (2 * self.tick)
        if self.best is None:
            self.mid, self.mid_changed = mid, seconds
        else:
            old_bid, old_bid_size, old_ask, old_ask_size = self.best
            flows[OFI] += (
                (bid_size if bid >= old_bid else 0)
                - (old_bid_size if bid <= old_bid else 0)
                - (ask_size if ask <= old_ask else 0)
                + (old_ask_size if ask >= old_ask else 0)
            )
            if mid != self.mid:
                flows[MID_CHANGES] += 1
                flows[MID_SQUARES] += (mid - self.mid) ** 2
                self.mid, self.mid_changed = mid, seconds
        self.best = (bid, bid_size, ask, ask_size)

    def trade(self, seconds, price, size):
        ticks = price / self.tick
        sign = (ticks > self.mid) - (ticks < self.mid)
        flows = self.windows.filling
        flows[TRADES] += 1
        flows[VOLUME] += size
        flows[SIGNED_VOLUME] += sign * size
        flows[PRICE_VOLUME] += ticks * size
        self.traded, self.last_sign, self.last_size = seconds, sign, size
        opened = math.floor(seconds / BAR_SECONDS) * BAR_SECONDS
        if self.bar is None or self.bar[0] != opened:
            if self.bar is not None:
                self.bars.append(self.bar)
            self.bar = [opened, price, price, price, 0]
        bar = self.bar
        bar[1], bar[2], bar[3], bar[4] = max(bar[1], price), min(bar[2], price), price, bar[4] + size

    def values(self, seconds, opened):
        """Every feature of F2_dom and Tick_ML by name."""
        asks = np.array([size for _, size in self.sides[0]])
        bids = np.array([size for _, size in self.sides[1]])
        bid, bid_size, ask, ask_size = self.best
        top = (bids[:5] - asks[:5]) / (bids[:5] + asks[:5])
        five, all_bids, all_asks = (bids[:5].sum(), asks[:5].sum()), bids.sum(), asks.sum()
        values = {
            "spread": (ask - bid) / self.tick,
            "microprice_minus_mid": (ask - bid) / self.tick / 2 * (bid_size - ask_size) / (bid_size + ask_size),
            "imbalance_top5": (five[0] - five[1]) / (five[0] + five[1]),
            "imbalance_top10": (all_bids - all_asks) / (all_bids + all_asks),
            "queue_bid": bid_size,
            "queue_ask": ask_size,
            "depth_bid": all_bids,
            "depth_ask": all_asks,
            "slope_bid": float(SLOPE_WEIGHTS @ np.cumsum(bids)) / all_bids,
            "slope_ask": float(SLOPE_WEIGHTS @ np.cumsum(asks)) / all_asks,
            "seconds_since_mid_change": seconds - self.mid_changed,
            "last_trade_sign": self.last_sign,
            "last_trade_size": self.last_size,
            "seconds_since_trade": seconds - self.traded,
            "seconds_since_open": seconds - opened,
            "session_phase": 2,
        }
        for level in range(5):
            values[f"imbalance_{level + 1}"] = top[level]
        rows, before = self.windows.read()
        for window, flows, mid in zip(WINDOW_SECONDS, rows.tolist(), before.tolist()):
            volume = flows[VOLUME]
            values[f"ofi_{window}s"] = flows[OFI]
            values[f"mid_change_{window}s"] = self.mid - mid
            values[f"realised_vol_{window}s"] = math.sqrt(flows[MID_SQUARES])
            values[f"mid_changes_{window}s"] = flows[MID_CHANGES]
            values[f"book_events_{window}s"] = flows[BOOK_EVENTS]
            values[f"signed_volume_{window}s"] = flows[SIGNED_VOLUME]
            values[f"volume_{window}s"] = volume
            values[f"trades_{window}s"] = flows[TRADES]
            values[f"trade_imbalance_{window}s"] = flows[SIGNED_VOLUME] / volume if volume else 0.0
            values[f"vwap_minus_mid_{window}s"] = flows[PRICE_VOLUME] / volume - self.mid if volume else 0.0
        minute = values["volume_60s"]
        values["volume_ratio_10s_60s"] = 6 * values["volume_10s"] / minute if minute else 1.0
        return values

    def bar_values(self, opened):
        """Every feature of XGB_5m by name, of the last thirteen closed bars; None while there are fewer."""
        if len(self.bars) < 13:
            return None
        bars = np.array(self.bars[-13:])
        highs, lows, closes, volumes = bars[:, 1], bars[:, 2], bars[:, 3], bars[:, 4]
        returns = 1e4 * (closes[1:] / closes[:-1] - 1)
        ranges = highs - lows
        volatility = math.sqrt(float((returns**2).mean()))
        values = {f"bar_return_{n}": 1e4 * (closes[-1] / closes[-1 - n] - 1) for n in (1, 3, 6, 12)}
        mean_range, mean_volume = ranges[:-1].mean(), volumes[:-1].mean()
        values["bar_range"] = 1e4 * ranges[-1] / closes[-1]
        values["bar_range_ratio"] = ranges[-1] / mean_range if mean_range else 1.0
        values["bar_close_position"] = (2 * closes[-1] - highs[-1] - lows[-1]) / ranges[-1] if ranges[-1] else 0.0
        values["bar_volume_ratio"] = volumes[-1] / mean_volume if mean_volume else 1.0
        values["bar_volatility"] = volatility
        values["bar_momentum"] = values["bar_return_12"] / (volatility * math.sqrt(12)) if volatility else 0.0
        values["bar_minutes_since_open"] = (bars[-1, 0] + BAR_SECONDS - opened) / 60
        return values


class Decider:
    """Decides once a market second, as soon as every feature is there; how it acts on that is for who sends orders."""

    def __init__(self, market, folder, clock, opened):
        self.market, self.clock, self.opened = market, clock, opened
        self.ensemble = json.loads((folder / "ensemble.json").read_text())
        forecasts = self.ensemble["forecasts"]
        self.heads = {name: Head(folder / "heads", name, forecasts[name]) for name in self.ensemble["weights"]}
        self.second = math.floor(clock())
        self.bars_seen = 0
        self.target = 0
        self.position = 0
        self.stamps = []

    def decide_when_due(self, seconds):
        second, market = math.floor(seconds), self.market
        asks, bids = market.sides
        if second > self.second and len(asks) == len(bids) == LEVELS and market.windows.is_warm:
            self.second = second
            self.decide(seconds)

    def decide(self, seconds):
        heads, market, ensemble = self.heads, self.market, self.ensemble
        values = market.values(seconds, self.opened)
        self.stamps.append(time.monotonic_ns())
        moves = {name: heads[name].run(values) for name in ("F2_dom", "Tick_ML")}
        if len(market.bars) != self.bars_seen:
            self.bars_seen = len(market.bars)
            bars = market.bar_values(self.opened)
            if bars is not None:
                heads["XGB_5m"].run(bars)
        moves["XGB_5m"] = heads["XGB_5m"].move
        edge = sum(ensemble["weights"][name] * move for name, move in moves.items())
        self.target = self.target_of(edge, values["spread"])
        self.stamps.append(time.monotonic_ns())
        self.act()

    def target_of(self, edge, spread):
        policy, held = self.ensemble["policy"], self.target
        cost = policy["spreadShare"] * spread + 2 * policy["feeTicks"]
        direction = (edge > 0) - (edge < 0)
        if (
            direction != 0
            and abs(edge) - cost >= policy["entryEdgeTicks"]
            and spread <= policy["maxSpreadTicks"]
            and direction * held <= 0
        ):
            return direction * policy["maxPositionContracts"]
        return 0 if held and edge * math.copysign(1, held) < policy["exitEdgeTicks"] else held
