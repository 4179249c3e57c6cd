import type { ServerSight } from '../../shared/alarm/server-sight.js';
import type { WatchConfig } from '../../shared/config/watch.js';
import { ageText } from '../../shared/fields/age-text.js';
import { bad, either, off, type Sighting, well } from '../sighting.js';

/** As much of what the server says as is watched. */
export type TemporalSight = Omit<ServerSight, 'liveVersion'>;

const LOOKS_MIN = 3;
const FAILED: ReadonlySet<string> = new Set(['Failed', 'Refused', 'RolledBack', 'FAILED', 'TIMED_OUT', 'TERMINATED']);

/** @param looksWithout looks in a row without an answer, this one included */
export function temporalSightings(
  sight: TemporalSight | null,
  { queueSeconds }: WatchConfig,
  looksWithout: number,
  why: string,
): Sighting[] {
  const rest = ['QueueUnpolled', 'SchedulePaused', 'ShipHeld', 'ShipFailed'];
  if (sight === null) {
    const seen = `no answer (${looksWithout} look${looksWithout === 1 ? '' : 's'}): ${why}`.slice(0, 500);
    return [
      looksWithout >= LOOKS_MIN
        ? bad('TemporalDown', seen)
        : { watchdog: 'TemporalDown', seen, state: 'unknown', conditions: [] },
      ...rest.map(
        (watchdog): Sighting => ({ watchdog, seen: 'Temporal does not answer', state: 'unknown', conditions: [] }),
      ),
    ];
  }
  return [
    well('TemporalDown', 'answers'),
    queueSighting(sight, queueSeconds),
    scheduleSighting(sight),
    heldSighting(sight),
    shipSighting(sight),
  ];
}

function queueSighting({ queues }: TemporalSight, queueSeconds: number): Sighting {
  const unpolled = queues.filter(({ polledMsAgo }) => polledMsAgo === null || polledMsAgo > queueSeconds * 1000);
  return {
    watchdog: 'QueueUnpolled',
    seen: unpolled.length === 0 ? `all ${queues.length} are polled` : unpolled.map(({ queue }) => queue).join(', '),
    state: unpolled.length === 0 ? 'well' : 'alarm',
    conditions: unpolled.map(({ queue, polledMsAgo }) => ({
      ...{ name: 'QueueUnpolled', about: queue },
      detail: `no worker asks for work on ${queue}${polledMsAgo === null ? '' : ` since ${ageText(polledMsAgo)}`}`,
    })),
  };
}

function scheduleSighting({ schedules }: TemporalSight): Sighting {
  if (schedules.length === 0) return off('SchedulePaused', 'there is no schedule');
  const paused = schedules.filter(({ isPaused }) => isPaused);
  return {
    watchdog: 'SchedulePaused',
    seen: paused.length === 0 ? `${schedules.length} run` : `paused: ${paused.map(({ id }) => id).join(', ')}`,
    state: paused.length === 0 ? 'well' : 'alarm',
    conditions: paused.map(({ id, note }) => ({
      ...{
        name: 'SchedulePaused',
        about: id,
        detail: `schedule ${id} is paused${note ? `: ${note}` : ''}`.slice(0, 1000),
      },
    })),
  };
}

function heldSighting({ held }: TemporalSight): Sighting {
  return {
    watchdog: 'ShipHeld',
    seen: held.length === 0 ? 'none waits' : held.map(({ workflowId }) => workflowId).join(', '),
    state: held.length === 0 ? 'well' : 'alarm',
    conditions: held.map(({ workflowId, since }) => ({
      ...{ name: 'ShipHeld', about: workflowId, look: `believe ship status ${workflowId}` },
      detail: `${workflowId} waits for a decision (it began ${since})`,
    })),
  };
}

function shipSighting({ lastShip }: TemporalSight): Sighting {
  if (lastShip === null) return off('ShipFailed', 'none has ended');
  const { workflowId, stage, closedAt } = lastShip;
  return either('ShipFailed', FAILED.has(stage), `${workflowId} ended ${stage} ${closedAt}`);
}
