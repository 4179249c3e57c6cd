import type { GatewayCore } from '../gateway-core.js';
import type { Session } from '../session.js';
import { encodeCommission, encodeExecution, encodeOpenOrder, encodeOrderStatus } from '../wire/encode-order.js';
import { clientIdOf, type OrderReport } from './report.js';

/** Sends reports to the client whose order it is, and to the master client. */
export function deliverReports(core: GatewayCore, reports: readonly OrderReport[]): void {
  for (const session of core.sessions) {
    if (session.clientId === undefined) continue;
    for (const report of reports) {
      const isOwner = session.clientId === clientIdOf(report);
      if (isOwner || (session.clientId === core.settings.masterClientId && report.kind !== 'error'))
        tell(session, report);
    }
  }
}

function tell(session: Session, report: OrderReport): void {
  switch (report.kind) {
    case 'openOrder':
      return session.send(encodeOpenOrder(session.version, report.order, report.parentId, report.preview));
    case 'orderStatus':
      return session.send(encodeOrderStatus(report.order, report.parentId));
    case 'execution':
      return session.send(encodeExecution(session.version, -1, report.execution));
    case 'commission':
      return session.send(encodeCommission(report.commission));
    case 'error':
      return session.error(report.orderId, report.code, report.text, report.rejectJson);
  }
}
