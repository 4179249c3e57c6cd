"""NautilusTrader's own Interactive Brokers adapter against the simulator: a whole trading node, its data client and its
execution client. Loads the instrument, hears quotes and trades, fills a market order and cancels a limit order. Not depth:
of version 1.221 it drops updateMktDepth, and CME futures have no smart depth.

Arguments: port. Prints one JSON object.
"""

import asyncio
import json
import sys
from decimal import Decimal

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
from nautilus_trader.config import LiveExecEngineConfig, LoggingConfig, RoutingConfig, TradingNodeConfig
from nautilus_trader.live.node import TradingNode
from nautilus_trader.model.enums import OrderSide
from nautilus_trader.model.objects import Quantity
from nautilus_trader.trading.strategy import Strategy

ENOUGH = 5
PATIENCE_SECONDS = 60


class Probe(Strategy):
    """Does one thing after the other, each when the one before has come to its end."""

    def __init__(self):
        super().__init__()
        self.seen = {"quotes": 0, "trades": 0}
        self.said = {}
        self.limit = None
        self.done = False

    def on_start(self):
        self.instrument = self.cache.instruments()[0]
        self.said["instrument"] = [
            str(self.instrument.id.symbol),
            float(self.instrument.price_increment),
            int(self.instrument.multiplier),
        ]
        self.subscribe_quote_ticks(self.instrument.id)
        self.subscribe_trade_ticks(self.instrument.id)

    def on_quote_tick(self, tick):
        self.count("quotes")
        self.said.setdefault("spread", float(tick.ask_price - tick.bid_price) > 0)

    def on_trade_tick(self, tick):
        self.count("trades")

    def count(self, what):
        self.seen[what] += 1
        if "market" not in self.said and all(seen >= ENOUGH for seen in self.seen.values()):
            self.said["market"] = "asked"
            self.submit_order(self.order_factory.market(self.instrument.id, OrderSide.BUY, Quantity.from_int(2)))

    def on_order_filled(self, event):
        order = self.cache.order(event.client_order_id)
        if not order.is_closed:
            return
        self.said["market"] = [order.status_string(), int(order.filled_qty)]
        price = self.instrument.make_price(Decimal(str(event.last_px)) - 100)
        self.limit = self.order_factory.limit(self.instrument.id, OrderSide.BUY, Quantity.from_int(1), price)
        self.submit_order(self.limit)

    def on_order_accepted(self, event):
        # Told twice, as openOrder is: the second cancel would come too late.
        is_limit = self.limit is not None and event.client_order_id == self.limit.client_order_id
        if is_limit and "limit" not in self.said:
            self.said["limit"] = "asked to be cancelled"
            self.cancel_order(self.limit)

    def on_order_canceled(self, event):
        self.said["limit"] = self.cache.order(event.client_order_id).status_string()
        self.said["position"] = float(self.portfolio.net_position(self.instrument.id))
        self.done = True


async def main(port):
    provider = InteractiveBrokersInstrumentProviderConfig(
        load_contracts=frozenset({IBContract(secType="FUT", exchange="CME", localSymbol="ESU9", currency="USD")}),
    )
    common = {"ibg_host": "127.0.0.1", "ibg_port": port, "ibg_client_id": 7, "instrument_provider": provider}
    node = TradingNode(
        config=TradingNodeConfig(
            trader_id="PROBE-001",
            logging=LoggingConfig(log_level="OFF"),
            data_clients={IB: InteractiveBrokersDataClientConfig(**common)},
            exec_clients={
                IB: InteractiveBrokersExecClientConfig(
                    account_id="DU1000001", routing=RoutingConfig(default=True), **common
                )
            },
            exec_engine=LiveExecEngineConfig(reconciliation=True),
            timeout_connection=30.0,
            timeout_disconnection=2.0,
            timeout_post_stop=0.5,
        )
    )
    probe = Probe()
    node.trader.add_strategy(probe)
    node.add_data_client_factory(IB, InteractiveBrokersLiveDataClientFactory)
    node.add_exec_client_factory(IB, InteractiveBrokersLiveExecClientFactory)
    node.build()
    running = asyncio.create_task(node.run_async())
    for _ in range(PATIENCE_SECONDS * 10):
        if probe.done or running.done():
            break
        await asyncio.sleep(0.1)
    said = {**probe.said, "heard": {name: seen >= ENOUGH for name, seen in probe.seen.items()}}
    await node.stop_async()
    print(json.dumps(said), flush=True)


asyncio.run(main(int(sys.argv[1])))
