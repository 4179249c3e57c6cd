"""Drives a gateway with IB's own client: connect, contract, depth, order, partial fill, cancel, executions, reconnect.

Usage: ibapi_client.py PORT SAMPLE. Prints one JSON object. Runs with ibapi 9.81 and with nautilus_ibapi 10.46.
"""

import json
import sys
import threading
import time

from ibapi.client import EClient
from ibapi.contract import Contract
from ibapi.execution import ExecutionFilter
from ibapi.order import Order
from ibapi.wrapper import EWrapper

from splice_book import judge, read_depth, splice

CLIENT_ID = 12
WAIT_SECONDS = 60


class Client(EWrapper, EClient):
    def __init__(self, port):
        EClient.__init__(self, self)
        self.next_id = None
        self.details = []
        self.depth = []
        self.statuses = []
        self.executions = []
        self.commissions = []
        self.positions = []
        self.errors = []
        self.ended = set()
        self.connect("127.0.0.1", port, CLIENT_ID)
        threading.Thread(target=self.run, daemon=True).start()
        wait(lambda: self.next_id is not None or self.is_refused())

    def is_refused(self):
        return [-1, 326] in self.errors

    def nextValidId(self, orderId):
        self.next_id = orderId

    def error(self, reqId, *rest):
        # The code stands before the text; newer clients put a time before both.
        text_at = next(at for at, value in enumerate(rest) if isinstance(value, str))
        self.errors.append([reqId, rest[text_at - 1]])

    def contractDetails(self, reqId, contractDetails):
        self.details.append(contractDetails)

    def contractDetailsEnd(self, reqId):
        self.ended.add("contract")

    def updateMktDepth(self, reqId, position, operation, side, price, size):
        self.depth.append((position, operation, side, price, int(size)))

    def orderStatus(self, orderId, status, filled, remaining, *rest):
        self.statuses.append([orderId, status, float(filled), float(remaining)])

    def execDetails(self, reqId, contract, execution):
        self.executions.append([reqId, float(execution.shares), execution.price, execution.orderRef, execution.execId])

    def execDetailsEnd(self, reqId):
        self.ended.add("executions")

    def commissionReport(self, commissionReport):
        self.commissions.append(commissionReport.execId)

    def commissionAndFeesReport(self, commissionAndFeesReport):
        self.commissions.append(commissionAndFeesReport.execId)

    def position(self, account, contract, position, avgCost):
        self.positions.append(float(position))

    def positionEnd(self):
        self.ended.add("positions")

    def account_state(self):
        """Executions and positions as the gateway knows them."""
        self.reqExecutions(901, ExecutionFilter())
        self.reqPositions()
        wait(lambda: {"executions", "positions"} <= self.ended)
        return {
            "executions": [row[1:4] for row in self.executions if row[0] == 901],
            "positions": self.positions,
        }


def main(port, sample):
    expected = read_depth(sample)
    client = Client(port)
    result = {"serverVersion": client.serverVersion()}
    client.reqContractDetails(1, es())
    wait(lambda: "contract" in client.ended)
    details = client.details[0]
    result["contract"] = [details.contract.localSymbol, details.minTick, details.contract.multiplier]
    contract = details.contract

    client.reqMktDepth(2, contract, 10, False, [])
    wait(lambda: len(client.depth) >= len(expected))
    result["depth"] = judge(client.depth, expected)

    ask, size = splice(expected)[0][0]
    order_id = client.next_id
    client.placeOrder(order_id, contract, limit_order(size + 5, ask))
    wait(lambda: client.statuses and client.statuses[-1][2] == size and client.commissions)
    result["partial"] = client.statuses[-1][1:]
    cancel(client, order_id)
    wait(lambda: client.statuses[-1][1] == "Cancelled" and [order_id, 202] in client.errors)
    result["cancelled"] = client.statuses[-1][1:]
    live = [row[4] for row in client.executions]
    result["commissionsJoin"] = sorted(live) == sorted(client.commissions)
    result["state"] = client.account_state()
    client.disconnect()

    again = reconnect(port)
    again.reqMktDepth(3, contract, 10, False, [])
    wait(lambda: len(again.depth) >= sum(len(side) for side in splice(expected)))
    result["reconnected"] = {
        "nextId": again.next_id - order_id,
        "snapshotAgrees": splice(again.depth) == splice(expected),
        "state": again.account_state(),
    }
    again.disconnect()
    print(json.dumps(result))


def reconnect(port):
    """The id stays in use until the old socket is really closed: wait, and never take another id."""
    for _ in range(WAIT_SECONDS):
        client = Client(port)
        if not client.is_refused():
            return client
        time.sleep(1)
    raise TimeoutError("the client id stayed in use")


def es():
    contract = Contract()
    contract.symbol = "ES"
    contract.secType = "FUT"
    contract.exchange = "CME"
    contract.currency = "USD"
    contract.lastTradeDateOrContractMonth = "201909"
    return contract


def limit_order(quantity, price):
    order = Order()
    order.action = "BUY"
    order.orderType = "LMT"
    order.totalQuantity = quantity
    order.lmtPrice = price
    order.tif = "DAY"
    order.orderRef = "partial"
    # Defaults of old clients that the gateway's exchange does not take.
    order.eTradeOnly = False
    order.firmQuoteOnly = False
    return order


def cancel(client, order_id):
    try:
        from ibapi.order_cancel import OrderCancel
    except ImportError:
        client.cancelOrder(order_id)
    else:
        client.cancelOrder(order_id, OrderCancel())


def wait(is_done):
    for _ in range(WAIT_SECONDS * 100):
        if is_done():
            return
        time.sleep(0.01)
    raise TimeoutError("the gateway did not answer in time")


main(int(sys.argv[1]), sys.argv[2])
