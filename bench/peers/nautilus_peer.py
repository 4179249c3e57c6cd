"""NautilusTrader's backtest engine on price-addressed deltas: a strategy that counts them and sends nothing.

nautilus_peer.py ROWS TICK
Prints one JSON object; seconds (of processor time, all threads) are those of engine.run alone, without making its
objects from the rows.
"""

import json
import sys
import time
from decimal import Decimal

import numpy as np
from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig
from nautilus_trader.config import LoggingConfig
from nautilus_trader.model.currencies import USD
from nautilus_trader.model.data import BookOrder, OrderBookDelta, TradeTick
from nautilus_trader.model.enums import (
    AccountType,
    AggressorSide,
    AssetClass,
    BookAction,
    BookType,
    OmsType,
    OrderSide,
)
from nautilus_trader.model.identifiers import InstrumentId, Symbol, TradeId, Venue
from nautilus_trader.model.instruments import FuturesContract
from nautilus_trader.model.objects import Money, Price, Quantity
from nautilus_trader.trading.strategy import Strategy

ROW = np.dtype(
    [
        ("ev", "<u8"),
        ("exch_ts", "<i8"),
        ("local_ts", "<i8"),
        ("px", "<f8"),
        ("qty", "<f8"),
        ("order_id", "<u8"),
        ("ival", "<i8"),
        ("fval", "<f8"),
    ]
)
DEPTH, TRADE, CLEAR = 1, 2, 3
BUY = 1 << 29
CHUNK_ROWS = 250_000


class Counter(Strategy):
    def __init__(self, instrument_id):
        super().__init__()
        self.instrument_id = instrument_id
        self.count = 0

    def on_start(self):
        self.subscribe_order_book_deltas(self.instrument_id, book_type=BookType.L2_MBP)
        self.subscribe_trade_ticks(self.instrument_id)

    def on_order_book_deltas(self, deltas):
        self.count += len(deltas.deltas)

    def on_trade_tick(self, tick):
        self.count += 1


def contract(tick):
    return FuturesContract(
        instrument_id=InstrumentId(Symbol("ESZ5"), Venue("CME")),
        raw_symbol=Symbol("ESZ5"),
        asset_class=AssetClass.INDEX,
        currency=USD,
        price_precision=2,
        price_increment=Price(tick, 2),
        multiplier=Quantity.from_int(50),
        lot_size=Quantity.from_int(1),
        underlying="ES",
        activation_ns=0,
        expiration_ns=2**62,
        ts_event=0,
        ts_init=0,
        margin_init=Decimal(0),
        margin_maint=Decimal(0),
        maker_fee=Decimal(0),
        taker_fee=Decimal(0),
    )


def objects(rows, instrument_id, first):
    """Deltas, each an exchange event of its own, and trade ticks."""
    deltas, ticks = [], []
    for number, (event, px, qty, event_ns, init_ns) in enumerate(
        zip(rows["ev"], rows["px"], rows["qty"], rows["exch_ts"].tolist(), rows["local_ts"].tolist()), first
    ):
        kind = int(event) & 0xFF
        is_buy = int(event) & BUY != 0
        if kind == DEPTH and px > 0:
            side = OrderSide.BUY if is_buy else OrderSide.SELL
            action = BookAction.UPDATE if qty > 0 else BookAction.DELETE
            order = BookOrder(side, Price(px, 2), Quantity(qty, 0), 0)
            deltas.append(OrderBookDelta(instrument_id, action, order, 128, number, event_ns, init_ns))
        elif kind == TRADE:
            side = AggressorSide.BUYER if is_buy else AggressorSide.SELLER
            ticks.append(
                TradeTick(
                    instrument_id, Price(px, 2), Quantity(qty, 0), side, TradeId(str(number)), event_ns, init_ns
                )
            )
        elif kind == CLEAR:
            deltas.append(OrderBookDelta.clear(instrument_id, number, event_ns, init_ns))
    return deltas, ticks


def main():
    rows = np.memmap(sys.argv[1], dtype=ROW, mode="r")
    instrument = contract(float(sys.argv[2]))
    engine = BacktestEngine(BacktestEngineConfig(logging=LoggingConfig(bypass_logging=True)))
    engine.add_venue(
        venue=Venue("CME"),
        oms_type=OmsType.NETTING,
        account_type=AccountType.MARGIN,
        base_currency=USD,
        starting_balances=[Money(1_000_000, USD)],
        book_type=BookType.L2_MBP,
    )
    engine.add_instrument(instrument)
    counter = Counter(instrument.id)
    engine.add_strategy(counter)
    seconds = 0.0
    for first in range(0, len(rows), CHUNK_ROWS):
        for data in objects(rows[first : first + CHUNK_ROWS], instrument.id, first):
            if data:
                engine.add_data(data)
        started = time.process_time()
        engine.run(streaming=True)
        seconds += time.process_time() - started
        engine.clear_data()
    engine.end()
    print(json.dumps({"seconds": seconds, "rows": len(rows), "count": counter.count}))


main()
