import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseBatchFile } from '../../shared/contract/batch-stream.js';
import { type ReceiverStatus, receiverStatus } from '../../shared/contract/receiver-status.js';
import { Failure } from '../../shared/failure.js';
import { replaceFile } from '../../shared/node/disk/replace-file.js';
import { signersOf } from '../../shared/node/trust/key-folder.js';
import { readFormerRoots, readTrustedRoot } from '../../shared/node/trust/trust-store.js';
import { Quarantine } from './quarantine.js';
import { receivePlaces } from './receive-places.js';
import { type ReceiveReport, Receiver } from './receiver.js';
import { ReceiverAlarms } from './receiver-alarms.js';

export interface ReceiverService {
  /** `receiver/` of the home folder. */
  readonly folder: string;
  /** Where the root of trust is, which is read again in each pass: keys are rotated while the receiver runs. */
  readonly trustFolder: string;
  readonly keysFolder: string;
  readonly broker: string;
  readonly epoch: number;
  readonly patienceSeconds: number;
  readonly everyMs: number;
  /** After what kept it from receiving. */
  readonly retryMs: number;
  readonly log: (line: string) => void;
}

const SET_ASIDE_TOLD = 100;
const SIGN_OF_LIFE_MS = 5000;
const DETAIL_CHARACTERS_MAX = 1000;

/**
 * Takes in what lands, pass after pass, until it is asked to stop; says what it does in its status, its log and its alarms. What
 * keeps it from taking anything is an alarm and tried again: it does not end, for whoever watches it may end more than it.
 */
export async function serveReceiver(service: ReceiverService, stop: AbortSignal): Promise<void> {
  const { folder, log } = service;
  const places = receivePlaces(folder);
  const alarms = new ReceiverAlarms(places.alarms, Date.now);
  const quarantine = new Quarantine(places);
  const counts = { batchesTaken: 0, rowsTaken: 0 };
  const written = { text: '', atMs: Number.NEGATIVE_INFINITY };
  const tell = (report: Pick<ReceiveReport, 'waiting'>, stopped: string | null) => {
    const status = statusOf(report, quarantine, { ...counts, stopped });
    raise(status, alarms);
    // Each write waits for the disk: where nothing is new, a sign of life now and then will do.
    const text = JSON.stringify({ ...status, at: '' });
    if (text === written.text && performance.now() - written.atMs < SIGN_OF_LIFE_MS) return;
    replaceFile(places.status, `${JSON.stringify(status)}\n`);
    Object.assign(written, { text, atMs: performance.now() });
  };
  while (!stop.aborted) {
    try {
      await receiveUnderRoot(service, stop, (report) => {
        for (const { stream, seq, kind, rows } of report.taken) log(`${stream} ${seq}: ${kind}, ${rows} lines`);
        counts.batchesTaken += report.taken.length;
        counts.rowsTaken += report.taken.reduce((sum, { rows }) => sum + rows, 0);
        tell(report, null);
      });
    } catch (error) {
      if (stop.aborted) return;
      const { message, fix } = error as Failure;
      log(`nothing is taken: ${message}`);
      tell({ waiting: [] }, fix ? `${message}. To mend it: ${fix}` : message);
      await waited(service.retryMs, stop);
    }
  }
}

/** As long as the root of trust stays the same. @throws what keeps it from receiving */
async function receiveUnderRoot(
  service: ReceiverService,
  stop: AbortSignal,
  onPass: (report: ReceiveReport) => void,
): Promise<void> {
  const { version, receiver } = await openFor(service);
  try {
    while (!stop.aborted && readTrustedRoot(service.trustFolder).metadata.version === version) {
      onPass(await receiver.receive(stop));
      await waited(service.everyMs, stop);
    }
  } finally {
    receiver.close();
  }
}

async function openFor({ trustFolder, keysFolder, folder, broker, epoch, patienceSeconds }: ReceiverService) {
  const root = readTrustedRoot(trustFolder);
  if (root.roles.receipt.threshold < 1)
    throw new Failure(
      'NoReceiptRole',
      'the root of trust lists no receipt key, so nothing can be acknowledged',
      'make one where the root keys are: believe keys rotate --role receipt',
    );
  const keys = signersOf(keysFolder, 'receipt', root);
  const formerRoots = readFormerRoots(trustFolder);
  const options = { folder, broker, epoch, root, formerRoots, keys, patienceSeconds, wallMs: Date.now };
  return { version: root.metadata.version, receiver: await Receiver.open(options) };
}

async function waited(ms: number, stop: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal: stop }).catch(() => {});
}

function statusOf(
  { waiting }: Pick<ReceiveReport, 'waiting'>,
  quarantine: Quarantine,
  said: Pick<ReceiverStatus, 'batchesTaken' | 'rowsTaken' | 'stopped'>,
): ReceiverStatus {
  const setAside = quarantine.list().slice(-SET_ASIDE_TOLD).reverse();
  return receiverStatus.parse({
    ...{ v: 1, pid: process.pid, at: new Date().toISOString(), ...said, waiting },
    setAside: setAside.map(({ id, at, reason, message, names, payloadSha256 }) => {
      const place = parseBatchFile(path.basename(names.at(-1) ?? ''));
      return {
        ...{ id, at, reason, message: message.slice(0, DETAIL_CHARACTERS_MAX), isSigned: payloadSha256 !== null },
        ...{ stream: place?.stream ?? null, seq: place?.seq ?? null },
      };
    }),
  });
}

function raise({ waiting, setAside, stopped }: ReceiverStatus, alarms: ReceiverAlarms): void {
  alarms.are('ReceiverStopped', new Map(stopped === null ? [] : [['receiver', stopped]]));
  alarms.are('BatchSetAside', new Map(setAside.map(({ id, message }) => [id, message])));
  alarms.are(
    'BatchOverdue',
    new Map(
      waiting
        .filter(({ isOverdue }) => isOverdue)
        .map(({ stream, seq, reason, secondsWaited }) => [
          `${stream} ${seq}`,
          `it waits for ${secondsWaited.toFixed(0)} s: ${reason === 'gap' ? 'batches before it are missing' : 'files of it are missing'}`,
        ]),
    ),
  );
}
