import path from 'node:path';
import type { Logger } from 'pino';
import type { FileLock } from '../shared/node/disk/file-lock.js';
import { Alarms } from './alarms/alarms.js';
import { OperatorActs } from './control/operator-acts.js';
import { requireWritable } from './disk/require-writable.js';
import type { Opened } from './opened.js';
import { StatusFile } from './status/status-file.js';
import { StatusServer } from './status/status-server.js';
import { SwapsLog } from './swap/swaps-log.js';

export interface HomeRequest {
  readonly statusPort: number;
  readonly account: string;
  readonly log: Logger;
  readonly alarmQuietMs: number;
  /** Takes the folder for this process alone. */
  readonly takeHome: (brokerFolder: string) => Promise<FileLock>;
}

export interface OpenHome {
  readonly statusServer: StatusServer;
  readonly status: StatusFile;
  readonly swapsLog: SwapsLog;
  readonly alarms: Alarms;
  readonly acts: OperatorActs;
}

/** The folder is ours, the port is ours, all of it can be written; then what is read from it. @throws Failure */
export async function openHome(broker: string, opened: Opened, request: HomeRequest): Promise<OpenHome> {
  const lock = await request.takeHome(broker);
  opened.closeBy(() => lock.release());
  const statusServer = await StatusServer.open(request.statusPort);
  opened.closeBy(() => statusServer.stop());
  for (const folder of ['capture', 'control', 'journal', 'trust']) requireWritable(path.join(broker, folder));
  const swapsLog = SwapsLog.open(path.join(broker, 'swaps.jsonl'));
  opened.closeBy(() => swapsLog.close());
  const acts = OperatorActs.open(broker, request.account);
  opened.closeBy(() => acts.close());
  const alarms = Alarms.open(path.join(broker, 'alarms.jsonl'), { log: request.log, quietMs: request.alarmQuietMs });
  opened.closeBy(() => alarms.close());
  const status = new StatusFile(broker);
  opened.closeBy(() => status.stop());
  return { statusServer, status, swapsLog, alarms, acts };
}
