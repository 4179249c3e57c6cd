import { oddExecution, oddStatus } from '../faults/odd-values.js';
import type { GatewayCore } from '../gateway-core.js';
import { encodeCommission, encodeExecution, encodeOpenOrder, encodeOrderStatus } from '../wire/encode-order.js';
import { encodeError } from '../wire/encode-system.js';
import type { Field } from '../wire/frame.js';
import { clientIdOf, type OrderReport } from './report.js';

/** Sends reports to the client whose order it is, and to the master client. */
export function deliverReports(core: GatewayCore, reports: readonly OrderReport[]): void {
  for (const session of core.sessions) {
    if (session.clientId === undefined) continue;
    for (const report of reports) {
      const isMaster = session.clientId === core.settings.masterClientId;
      const isOwner = session.clientId === clientIdOf(report);
      if (isOwner || (isMaster && report.kind !== 'error')) session.send(fieldsOf(core, session.version, report));
    }
  }
}

function fieldsOf({ settings }: GatewayCore, version: number, report: OrderReport): Field[] {
  switch (report.kind) {
    case 'openOrder':
      return encodeOpenOrder(version, report.order, report.parentId, report.preview);
    case 'orderStatus':
      return made(report.odd, encodeOrderStatus(report.order, report.parentId), oddStatus);
    case 'execution':
      return made(report.odd, encodeExecution(version, -1, report.execution, settings), oddExecution);
    case 'commission':
      return encodeCommission(report.commission);
    case 'error':
      return encodeError(version, report.orderId, report.code, report.text, report.rejectJson);
  }
}

function made<Kind>(
  kind: Kind | undefined,
  fields: Field[],
  makeOdd: (kind: Kind, fields: readonly Field[]) => Field[],
): Field[] {
  return kind === undefined ? fields : makeOdd(kind, fields);
}
