import { setTimeout as pause } from 'node:timers/promises';
import { DayRecords } from '../../research/ingest/day-record.js';
import { incompleteDays } from '../../research/ingest/incomplete-days.js';
import { ingestDay } from '../../research/ingest/ingest-day.js';
import { receivedFrom } from '../../research/ingest/received-from.js';
import { receivePlaces } from '../../research/receive/receive-places.js';
import { openStore } from '../../research/store/open-store.js';
import { homePlaces } from '../../shared/config/home-places.js';
import type { BatchPlace } from '../../shared/contract/batch-stream.js';
import { receiverStatus } from '../../shared/contract/receiver-status.js';
import { logOrigin } from '../../shared/contract/stream-log.js';
import { Failure } from '../../shared/failure.js';
import { jsonOrUndefined } from '../../shared/fields/json-or-undefined.js';
import { readPlainFileIfThere } from '../../shared/node/disk/plain-file.js';
import { readTrustedRoot } from '../../shared/node/trust/trust-store.js';
import type { StepContext } from '../../shared/orchestration/step-context.js';
import { openCheckpoint } from '../../shared/trust/tlog/checkpoint.js';
import { NOTE_BYTES_MAX } from '../../shared/trust/tlog/signed-note.js';
import { step } from '../step.js';
import type { ResearchDependencies } from './dependencies.js';
import type { Received, ResearchPathActivities } from './path-contract.js';
import { reconcileStep } from './reconcile-steps.js';

const POLL_MS = 250;
const STATUS_BYTES_MAX = 16 << 20;

/** Research's steps on the way back. What was received they know by the receiver's receipts alone. */
export function createPathSteps({ config }: Pick<ResearchDependencies, 'config'>): ResearchPathActivities {
  const { receiver } = homePlaces(config.home);
  const { broker } = config.upload;
  return {
    awaitReceived: ({ streams, waitSeconds }) =>
      step(async (context) => await awaitReceived(new Receipts(config.home, broker), streams, waitSeconds, context)),
    ingestBacklog: ({ instrument: asked }) =>
      step(async () => {
        const records = new DayRecords((await openStore(config)).root).all();
        const days = incompleteDays(receiver.folder, records)
          .filter(({ instrument, isClosed }) => isClosed && (asked === undefined || asked === instrument))
          .map(({ instrument, tradeDate }) => ({ instrument, tradeDate }));
        // A date whose captures are both here comes twice: the workflow asks for each once.
        return { days: days.sort((a, b) => (a.tradeDate < b.tradeDate ? -1 : 1)) };
      }),
    ingestDay: (day) =>
      step(async ({ signal, progress }) =>
        ingestDay({
          ...day,
          ...{ ...receivedFrom(config), store: await openStore(config), signal },
          onProgress: (doing) => progress({ doing }),
        }),
      ),
    reconcileDay: reconcileStep({ config }),
  };
}

async function awaitReceived(
  receipts: Receipts,
  streams: readonly BatchPlace[],
  waitSeconds: number,
  { signal, progress }: StepContext,
): Promise<Received> {
  const untilMs = performance.now() + waitSeconds * 1000;
  for (;;) {
    const missing = streams
      .map((place) => ({ stream: place.stream, seq: place.seq, taken: receipts.taken(place) }))
      .filter(({ seq, taken }) => taken < seq);
    if (missing.length === 0) return { missing };
    for (const one of missing) receipts.requireNotSetAside(one);
    if (performance.now() > untilMs) return { missing };
    const of = missing.reduce((sum, { seq, taken }) => sum + seq - taken, 0);
    progress({ doing: `waiting for ${of} batches, ${missing[0]!.stream} first`, done: 0, of });
    await pause(POLL_MS, undefined, { signal });
  }
}

/** What the receiver has acknowledged, and what it says it cannot take. */
class Receipts {
  private readonly places;
  private readonly role;

  constructor(
    home: string,
    private readonly broker: string,
  ) {
    const { receiver, research } = homePlaces(home);
    this.places = receivePlaces(receiver.folder);
    this.role = readTrustedRoot(research.trust).roles.receipt;
  }

  /** Number of the last batch of a stream that was taken; 0 before the first. @throws BadNote */
  taken(place: Pick<BatchPlace, 'stream' | 'epoch'>): number {
    const note = readPlainFileIfThere(this.places.receipt(place), NOTE_BYTES_MAX);
    return note === null ? 0 : openCheckpoint(note, logOrigin(this.broker, place), this.role).size;
  }

  /** @throws BatchSetAside where no other copy of a batch could be better than the one that was set aside */
  requireNotSetAside({ stream, seq, taken }: { stream: string; seq: number; taken: number }): void {
    const status = readPlainFileIfThere(this.places.status, STATUS_BYTES_MAX);
    if (status === null) return;
    const read = receiverStatus.safeParse(jsonOrUndefined(status.toString('utf8')));
    const found = read.data?.setAside.find(
      (one) => one.isSigned && one.stream === stream && one.seq! > taken && one.seq! <= seq,
    );
    if (!found) return;
    throw new Failure(
      'BatchSetAside',
      `batch ${found.seq} of ${stream} was set aside (${found.reason}): ${found.message}`,
      `look at it: believe path quarantine show ${found.id}; then release or drop it, and start this again`,
      { stream, seq: found.seq, id: found.id, reason: found.reason },
    );
  }
}
