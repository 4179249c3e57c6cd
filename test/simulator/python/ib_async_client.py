"""Drives a gateway with ib_async: connect, contract, depth, order, partial fill, cancel, executions, reconnect.

Usage: ib_async_client.py PORT SAMPLE. Prints one JSON object.
"""

import json
import sys

from ib_async import IB, Future, LimitOrder

from splice_book import judge, read_depth, splice, without_deleted_level

CLIENT_ID = 11
WAIT_SECONDS = 60


def main(port, sample):
    expected = read_depth(sample)
    ib = IB()
    ib.connect("127.0.0.1", port, clientId=CLIENT_ID, timeout=WAIT_SECONDS)
    result = {"serverVersion": ib.client.serverVersion()}
    contract = Future("ES", "201909", "CME")
    details = ib.reqContractDetails(contract)
    contract = details[0].contract
    result["contract"] = [contract.localSymbol, details[0].minTick, contract.multiplier]

    received = []
    collect(ib, received)
    ib.reqMktDepth(contract, 10)
    wait(ib, lambda: len(received) >= len(expected))
    result["depth"] = judge(without_deleted_level(received), without_deleted_level(expected))

    ask, size = splice(expected)[0][0]
    trade = ib.placeOrder(contract, LimitOrder("BUY", size + 5, ask, orderRef="partial", tif="DAY"))
    wait(ib, lambda: trade.filled() == size and all(fill.commissionReport.execId for fill in trade.fills))
    result["partial"] = [trade.orderStatus.status, trade.filled(), trade.remaining(), trade.fills[0].execution.price]
    ib.cancelOrder(trade.order)
    wait(ib, trade.isDone)
    result["cancelled"] = [trade.orderStatus.status, trade.filled()]
    result["executions"] = [[fill.execution.shares, fill.execution.orderRef] for fill in ib.reqExecutions()]
    what_if = ib.whatIfOrder(contract, LimitOrder("BUY", 2, ask))
    result["whatIf"] = [float(what_if.initMarginChange), what_if.commission]
    result["bars"] = len(ib.reqHistoricalData(contract, "", "1 D", "5 mins", "TRADES", False))
    ib.disconnect()

    ib = IB()
    ib.connect("127.0.0.1", port, clientId=CLIENT_ID, timeout=WAIT_SECONDS)
    again = []
    collect(ib, again)
    ib.reqMktDepth(contract, 10)
    rows = sum(len(side) for side in splice(expected))
    wait(ib, lambda: len(again) >= rows)
    result["reconnected"] = {
        "executions": [[fill.execution.shares, fill.execution.orderRef] for fill in ib.fills()],
        "positions": [position.position for position in ib.positions()],
        "openOrders": len(ib.openOrders()),
        "snapshotAgrees": splice(again) == splice(expected),
        "idsGoOn": ib.client.getReqId() > trade.order.orderId,
    }
    ib.disconnect()
    print(json.dumps(result))


def collect(ib, received):
    """Raw depth operations as they come: the library's own book does not shift, so it is not asked."""

    def on_tickers(tickers):
        for ticker in tickers:
            for tick in ticker.domTicks:
                received.append((tick.position, tick.operation, tick.side, tick.price, int(tick.size)))

    ib.pendingTickersEvent += on_tickers


def wait(ib, is_done):
    for _ in range(WAIT_SECONDS * 100):
        if is_done():
            return
        ib.sleep(0.01)
    raise TimeoutError("the gateway did not answer in time")


main(int(sys.argv[1]), sys.argv[2])
