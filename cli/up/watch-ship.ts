import { setTimeout as pause } from 'node:timers/promises';
import type { ShipProgress, ShipResult } from '../../shared/orchestration/ship/messages.js';
import { SHIP_ATTRIBUTES } from '../../shared/orchestration/ship/search-attributes.js';
import type { ShipHandle } from '../ship/find-ship.js';
import { pendingWork } from '../ship/pending-work.js';

const POLL_MS = 400;

export interface ShipEvents {
  /** The stage as of now, and what its steps say they do. */
  readonly at: (stage: string, doing: string) => void;
  readonly finished: (stage: string, seconds: number) => void;
  /** Called once when the ship is held; resolves when the watcher shall go on watching, or is told to stop. */
  readonly held: (progress: ShipProgress) => Promise<'watch' | 'leave'>;
}

export type ShipEnd =
  | { readonly kind: 'ended'; readonly result: ShipResult }
  | { readonly kind: 'failed'; readonly stage: string; readonly error: unknown; readonly progress: ShipProgress | null }
  | { readonly kind: 'left-held'; readonly progress: ShipProgress };

/**
 * Follows a ship until it ends, telling its stages as they happen. The server may go away and come back meanwhile.
 * @throws AbortError when the signal ends the watch; the ship goes on
 */
export async function watchShip(handle: ShipHandle, events: ShipEvents, signal: AbortSignal): Promise<ShipEnd> {
  let told = 0;
  let askedAboutHold = false;
  let progress: ShipProgress | null = null;
  const tell = (stages: ShipProgress['stages']) => {
    for (const { stage, seconds } of stages.slice(told)) events.finished(stage, seconds);
    told = Math.max(told, stages.length);
  };
  for (;;) {
    const description = await handle.describe().catch(() => null);
    if (description && description.status.name !== 'RUNNING') break;
    progress = (await handle.query<ShipProgress, []>('progress').catch(() => null)) ?? progress;
    if (progress) tell(progress.stages);
    const stage = description?.typedSearchAttributes.get(SHIP_ATTRIBUTES.stage) ?? progress?.stage ?? 'Starting';
    events.at(stage, description ? await pendingWork(handle.client, description) : 'waiting for the Temporal server');
    if (progress?.stage === 'Held' && !askedAboutHold) {
      askedAboutHold = true;
      if ((await events.held(progress)) === 'leave') return { kind: 'left-held', progress };
    }
    await pause(POLL_MS, undefined, { signal });
  }
  try {
    const result = await handle.result();
    tell(result.stages);
    return { kind: 'ended', result };
  } catch (error) {
    const description = await handle.describe();
    const stage = description.typedSearchAttributes.get(SHIP_ATTRIBUTES.stage) ?? description.status.name;
    progress = (await handle.query<ShipProgress, []>('progress').catch(() => null)) ?? progress;
    if (progress) tell(progress.stages);
    return { kind: 'failed', stage, error, progress };
  }
}
