"""The bridge's decision as one would write it in Python: ib_async, numpy, onnxruntime.

ib_async_peer.py PORT HEADS SPEED MARKET_START OPEN
HEADS is a folder of ensemble.json and heads/<name>.{json,onnx}. Market time runs SPEED times as fast as the clock,
from MARKET_START (seconds since the epoch); OPEN is the RTH open. The reference of an order is the number of messages
that had been received when it was decided. Runs until it is terminated; then HEADS/stages.json says, for each order, when
its events were handed to this code, its features were there, its target was, and placeOrder was called and returned (ns,
monotonic clock).
"""

import logging
import os
import signal
import sys
import time
import traceback
from pathlib import Path

from bridge_decision import BAR_SECONDS, LEVELS, Decider, Market, market_clock, write_stages
from ib_async import IB, Future, LimitOrder

CLIENT_ID = 251


class Trader(Decider):
    def __init__(self, ib, contract, market, folder, clock, opened):
        super().__init__(market, folder, clock, opened)
        self.ib, self.contract = ib, contract
        self.trade = None
        self.stages = []

    def on_tickers(self, tickers):
        # The event that calls this would swallow it, and a peer that decides nothing would be measured.
        try:
            self.stamps = [time.monotonic_ns()]
            self.take(tickers)
        except Exception:
            traceback.print_exc()
            os._exit(1)

    def take(self, tickers):
        seconds, market = self.clock(), self.market
        market.windows.advance(seconds, market.mid)
        for ticker in tickers:
            for tick in ticker.domTicks:
                market.depth(seconds, tick.operation, tick.side, tick.position, tick.price, int(tick.size))
            for tick in ticker.tickByTicks:
                market.trade(seconds, tick.price, int(tick.size))
        self.decide_when_due(seconds)

    def act(self):
        """One order of one contract at a time, at the other side's best price; cancelled where it misses the target."""
        if self.trade is not None and not self.trade.isDone():
            side = 1 if self.trade.order.action == "BUY" else -1
            if self.position + side * self.trade.remaining() != self.target:
                self.ib.cancelOrder(self.trade.order)
            return
        missing = self.target - self.position
        if missing == 0:
            return
        bid, _, ask, _ = self.market.best
        reference = str(self.ib.client.connectionStats().numMsgRecv)
        action, price = ("BUY", ask) if missing > 0 else ("SELL", bid)
        order = LimitOrder(action, 1, price, orderRef=reference, tif="DAY", transmit=True)
        called = time.monotonic_ns()
        self.trade = self.ib.placeOrder(self.contract, order)
        self.stages.append([reference, *self.stamps, called, time.monotonic_ns()])

    def on_fill(self, _trade, fill):
        self.position += int(fill.execution.shares) * (1 if fill.execution.side == "BOT" else -1)


def main():
    port, folder, speed, market_start, opened = sys.argv[1], Path(sys.argv[2]), *map(float, sys.argv[3:6])
    clock = market_clock(speed, market_start)
    # Every reset of the book and every cancelled order would be a warning.
    logging.disable()
    ib = IB()
    ib.connect("127.0.0.1", int(port), clientId=CLIENT_ID)
    details = ib.reqContractDetails(Future("ES", "201909", "CME"))[0]
    contract = details.contract
    market = Market(details.minTick)
    for bar in ib.reqHistoricalData(contract, "", "2 D", "5 mins", "TRADES", False, formatDate=2):
        opened_at = bar.date.timestamp()
        if opened_at + BAR_SECONDS <= clock():
            market.bars.append([opened_at, bar.high, bar.low, bar.close, bar.volume])
    trader = Trader(ib, contract, market, folder, clock, opened)

    def end(*_):
        write_stages(folder, trader.stages)
        os._exit(0)

    signal.signal(signal.SIGTERM, end)
    ib.pendingTickersEvent += trader.on_tickers
    ib.execDetailsEvent += trader.on_fill
    ib.reqMktDepth(contract, LEVELS)
    ib.reqTickByTickData(contract, "AllLast")
    ib.run()


if __name__ == "__main__":
    main()
