"""The bridge's decision on NautilusTrader: a live node with its own Interactive Brokers adapter, numpy, onnxruntime.

nautilus_ib_peer.py PORT HEADS SPEED MARKET_START OPEN ACCOUNT
The same as ib_async_peer.py, and as its docstring says; but the node takes and sends one message at a time, so the
reference of an order is the number of the message that it was decided on, and the adapter adds a colon and an order id.
What placeOrder returned is when the execution client had sent the order.

Version 1.221 subscribes to the depth of a future and drops every updateMktDepth that comes (its wrapper logs it and no
more; it reads updateMktDepthL2 alone, which CME's futures do not have, and its book of that neither shifts nor renumbers
rows). So `hand_on_depth` hands a row on as the adapter hands on a trade: by its queue of handlers, the data engine and the
message bus, here as a datum of ours, to a strategy that keeps the book. Nothing else of the adapter is changed.
"""

import asyncio
import os
import signal
import sys
import time
import traceback
from collections import deque
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path

from bridge_decision import BAR_SECONDS, LEVELS, Decider, Market, market_clock, write_stages
from nautilus_trader.adapters.interactive_brokers.client.client import InteractiveBrokersClient
from nautilus_trader.adapters.interactive_brokers.client.wrapper import InteractiveBrokersEWrapper
from nautilus_trader.adapters.interactive_brokers.common import IB, IBContract
from nautilus_trader.adapters.interactive_brokers.config import (
    InteractiveBrokersDataClientConfig,
    InteractiveBrokersExecClientConfig,
    InteractiveBrokersInstrumentProviderConfig,
)
from nautilus_trader.adapters.interactive_brokers.factories import (
    InteractiveBrokersLiveDataClientFactory,
    InteractiveBrokersLiveExecClientFactory,
)
from nautilus_trader.config import LoggingConfig, RoutingConfig, TradingNodeConfig
from nautilus_trader.core.data import Data
from nautilus_trader.core.uuid import UUID4
from nautilus_trader.live.node import TradingNode
from nautilus_trader.model.data import BarType, CustomData, DataType
from nautilus_trader.model.enums import BookType, OrderSide, TimeInForce
from nautilus_trader.model.identifiers import ClientOrderId
from nautilus_trader.model.objects import Quantity
from nautilus_trader.model.orders import LimitOrder
from nautilus_trader.trading.strategy import Strategy

CLIENT_ID = 252
ONE = Quantity.from_int(1)


class DepthRow(Data):
    """One updateMktDepth as it came, and the number of its message."""

    def __init__(self, number, operation, side, position, price, size):
        self.number = number
        self.row = (operation, side, position, price, int(size))

    @property
    def ts_event(self):
        return 0

    @property
    def ts_init(self):
        return 0


DEPTH = DataType(DepthRow)


class Arrivals:
    """Numbers of the messages that are depth or trades, in order, until the strategy takes them."""

    def __init__(self):
        # The answer to the handshake was the first one; the adapter reads it elsewhere.
        self.received = 1
        self.numbers = deque()

    def note(self):
        self.numbers.append(self.received)


def hand_on_depth(arrivals):
    def update(wrapper, reqId, position, operation, side, price, size):
        arrivals.note()
        client = wrapper._client
        data = CustomData(DEPTH, DepthRow(arrivals.received, operation, side, position, price, size))
        client.submit_to_msg_handler_queue(partial(client._handle_data, data))

    InteractiveBrokersEWrapper.updateMktDepth = update


def watch(arrivals, sent_ns):
    """Counts messages and stamps orders, from outside."""
    process, trade, place = (
        InteractiveBrokersClient._process_message,
        InteractiveBrokersEWrapper.tickByTickAllLast,
        InteractiveBrokersClient.place_order,
    )

    def process_counted(client, message):
        # The next one comes when this one has been decoded.
        arrivals.received += 1
        return process(client, message)

    def trade_noted(wrapper, *fields):
        arrivals.note()
        trade(wrapper, *fields)

    def place_stamped(client, order):
        reference = order.orderRef
        place(client, order)
        sent_ns[reference] = time.monotonic_ns()

    InteractiveBrokersClient._process_message = process_counted
    InteractiveBrokersEWrapper.tickByTickAllLast = trade_noted
    InteractiveBrokersClient.place_order = place_stamped


class Trader(Decider):
    def __init__(self, strategy, instrument, market, folder, clock, opened):
        super().__init__(market, folder, clock, opened)
        self.strategy, self.instrument = strategy, instrument
        self.order = None
        self.number = 0
        self.stages = []

    def act(self):
        """One order of one contract at a time, at the other side's best price; cancelled where it misses the target."""
        order = self.order
        if order is not None and not order.is_closed:
            side = 1 if order.side == OrderSide.BUY else -1
            # An order without the gateway's word on it cannot be cancelled here.
            if order.is_open and not order.is_pending_cancel and self.position + side != self.target:
                self.strategy.cancel_order(order)
            return
        missing = self.target - self.position
        if missing == 0:
            return
        bid, _, ask, _ = self.market.best
        side, price = (OrderSide.BUY, ask) if missing > 0 else (OrderSide.SELL, bid)
        strategy, reference = self.strategy, str(self.number)
        order = LimitOrder(
            strategy.trader_id,
            strategy.id,
            self.instrument.id,
            ClientOrderId(reference),
            side,
            ONE,
            self.instrument.make_price(price),
            UUID4(),
            strategy.clock.timestamp_ns(),
            TimeInForce.DAY,
        )
        self.order = order
        self.stages.append([reference, *self.stamps, time.monotonic_ns()])
        strategy.submit_order(order)


class Deciding(Strategy):
    """Hands a trader what the node hears."""

    def __init__(self, arrivals, folder, clock, opened):
        super().__init__()
        self.arrivals, self.folder, self.market_seconds, self.opened = arrivals, folder, clock, opened
        self.market = self.trader = None

    def on_start(self):
        instrument = self.cache.instruments()[0]
        self.market = Market(float(instrument.price_increment))
        self.trader = Trader(self, instrument, self.market, self.folder, self.market_seconds, self.opened)
        end = datetime.fromtimestamp(self.market_seconds(), timezone.utc)
        bars = BarType.from_str(f"{instrument.id}-5-MINUTE-LAST-EXTERNAL")
        self.request_bars(bars, end - timedelta(days=2), end, callback=lambda _: self.subscribe(instrument.id))

    def on_historical_data(self, bar):
        closed_at = bar.ts_init / 1e9
        if closed_at <= self.market_seconds():
            self.market.bars.append(
                [closed_at - BAR_SECONDS, float(bar.high), float(bar.low), float(bar.close), float(bar.volume)]
            )

    def subscribe(self, instrument_id):
        self.subscribe_data(DEPTH)
        self.subscribe_order_book_deltas(
            instrument_id, BookType.L2_MBP, LEVELS, managed=False, params={"is_smart_depth": False}
        )
        self.subscribe_trade_ticks(instrument_id)

    def on_data(self, depth):
        self.take(self.market.depth, depth.row, depth.number)

    def on_trade_tick(self, tick):
        self.take(self.market.trade, (float(tick.price), int(tick.size)))

    def take(self, change, fields, number=None):
        # Nobody would hear of it, and a peer that decides nothing would be measured.
        try:
            trader = self.trader
            trader.stamps = [time.monotonic_ns()]
            trader.number = self.arrivals.numbers.popleft()
            # A trade does not say its number. Depth does: had the node dropped any event, it would show here.
            if number not in (None, trader.number):
                raise LookupError(f"message {trader.number} was to come, not {number}")
            seconds = trader.clock()
            self.market.windows.advance(seconds, self.market.mid)
            change(seconds, *fields)
            trader.decide_when_due(seconds)
        except Exception:
            traceback.print_exc()
            os._exit(1)

    def on_order_filled(self, event):
        self.trader.position += int(event.last_qty) * (1 if event.order_side == OrderSide.BUY else -1)


def node_of(port, account):
    contract = IBContract(secType="FUT", exchange="CME", localSymbol="ESU9", currency="USD")
    common = {
        "ibg_host": "127.0.0.1",
        "ibg_port": port,
        "ibg_client_id": CLIENT_ID,
        "instrument_provider": InteractiveBrokersInstrumentProviderConfig(load_contracts=frozenset({contract})),
    }
    node = TradingNode(
        config=TradingNodeConfig(
            trader_id="PEER-001",
            # Every reset of the book would still be an error on stderr.
            logging=LoggingConfig(
                log_level="OFF", log_component_levels={f"InteractiveBrokersClient-{CLIENT_ID}": "OFF"}
            ),
            data_clients={IB: InteractiveBrokersDataClientConfig(**common)},
            exec_clients={
                IB: InteractiveBrokersExecClientConfig(
                    account_id=account, routing=RoutingConfig(default=True), **common
                )
            },
        )
    )
    node.add_data_client_factory(IB, InteractiveBrokersLiveDataClientFactory)
    node.add_exec_client_factory(IB, InteractiveBrokersLiveExecClientFactory)
    return node


async def main():
    port, folder, account = int(sys.argv[1]), Path(sys.argv[2]), sys.argv[6]
    speed, market_start, opened = map(float, sys.argv[3:6])
    clock = market_clock(speed, market_start)
    arrivals, sent_ns = Arrivals(), {}
    hand_on_depth(arrivals)
    watch(arrivals, sent_ns)
    node = node_of(port, account)
    strategy = Deciding(arrivals, folder, clock, opened)
    node.trader.add_strategy(strategy)
    node.build()

    def end():
        orders = strategy.trader.stages
        write_stages(folder, [[*order, sent_ns[order[0]]] for order in orders if order[0] in sent_ns])
        os._exit(0)

    # In the place of the node's own handler, which would cancel and close first.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, end)
    await node.run_async()


if __name__ == "__main__":
    asyncio.run(main())
