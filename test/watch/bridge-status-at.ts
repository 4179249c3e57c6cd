/** What a bridge that is well writes at a wall time (contract `bridge-status`), with changes. */
export function bridgeStatusAt(nowMs: number, changes: object = {}): object {
  const at = new Date(nowMs).toISOString();
  const counts = { eventsSeen: 1, lastEventSeq: 1, decisions: 0, decisionErrors: 0, ordersSent: 0, fills: 0 };
  return {
    ...{ v: 1, pid: 1, startedAt: at, wallTime: at, marketTime: at, connection: 'ready', trading: 'armed' },
    ...{ haltReason: null, modelVersion: 1, counter: 1, shipId: null, lastEventMarketTime: at, ...counts },
    ...{ positionContracts: 0, decisionLatencyMsP50: 0, decisionLatencyMsP99: 0, lastEventAgeMs: 100, alarms: [] },
    ...changes,
  };
}
