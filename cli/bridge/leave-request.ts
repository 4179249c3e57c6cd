import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { homePlaces } from '../../shared/config/home-places.js';
import { type BridgeStatus, bridgeStatus } from '../../shared/contract/bridge-status.js';
import { CONTROL_FILES } from '../../shared/contract/trading-control.js';
import { Failure } from '../../shared/failure.js';
import { isDiskFull } from '../../shared/node/disk/disk-full.js';
import { replaceFile } from '../../shared/node/disk/replace-file.js';

export type ControlName = keyof typeof CONTROL_FILES;

const LOOK_EVERY_MS = 250;
/** The bridge looks four times a second: what its status says after that, it says of this request. */
const LOOKED_AT_MS = 500;

/**
 * Leaves a request for the bridge and waits until its status says that it is done.
 * @throws Failure 'NotObeyed' with the bridge's own words
 */
export async function leaveRequest(
  home: string,
  name: ControlName,
  request: object,
  { isDone, waitMs }: { readonly isDone: (status: BridgeStatus) => boolean; readonly waitMs: number },
): Promise<{ done: boolean; status: BridgeStatus | null }> {
  const file = path.join(homePlaces(home).broker.control, CONTROL_FILES[name]);
  const saidBefore = refusalIn(statusIn(home));
  const askedMs = Date.now();
  leave(file, `${JSON.stringify(request)}\n`);
  for (;;) {
    await sleep(LOOK_EVERY_MS);
    const status = statusIn(home);
    const isFresh = status !== null && Date.parse(status.wallTime) > askedMs + LOOKED_AT_MS;
    // One that began since has taken alarms over from the one before: they are not about this request.
    if (isFresh && Date.parse(status.startedAt) > askedMs && isDone(status)) return { done: true, status };
    if (isFresh && !existsSync(file)) {
      const refusal = refusalIn(status);
      if (refusal !== null && refusal !== saidBefore)
        throw new Failure('NotObeyed', `the bridge does not obey (${name}): ${refusal}`, 'see `believe bridge status`');
    }
    if (isFresh && isDone(status)) return { done: true, status };
    if (Date.now() - askedMs > waitMs) return { done: false, status };
  }
}

export function notYet(name: string, status: BridgeStatus | null): string {
  const said = status
    ? `the bridge says: ${status.trading}, ${status.haltReason ?? 'no halt'}`
    : 'no bridge is running';
  return `${name} is asked for, and waits for the bridge (${said})`;
}

/** A bridge whose status is older does not run. */
export const RUNNING_MS_MAX = 10_000;

/** @throws Failure 'NoBridge' */
export function readStatus(home: string): { status: BridgeStatus; ageMs: number } {
  const said = readStatusIn(home);
  if (said === null)
    throw new Failure('NoBridge', `no bridge has ever run in ${home}`, 'start it with `believe bridge`');
  return said;
}

/** Null where no bridge has ever run. */
export function readStatusIn(home: string): { status: BridgeStatus; ageMs: number } | null {
  const status = statusIn(home);
  return status && { status, ageMs: Date.now() - Date.parse(status.wallTime) };
}

function statusIn(home: string): BridgeStatus | null {
  const file = homePlaces(home).broker.status;
  return existsSync(file) ? bridgeStatus.parse(JSON.parse(readFileSync(file, 'utf8'))) : null;
}

/** When and why a request was refused last. */
function refusalIn(status: BridgeStatus | null): string | null {
  const alarm = status?.alarms?.find((one) => one.alarm === 'ActRefused');
  return alarm === undefined ? null : `${alarm.detail} (${alarm.since})`;
}

/** On a full disk there is room for a name, if not for a word: halt and flatten are obeyed without one. */
function leave(file: string, text: string): void {
  try {
    replaceFile(file, text);
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    writeFileSync(file, '');
  }
}
