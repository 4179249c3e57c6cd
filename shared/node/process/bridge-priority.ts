import os from 'node:os';

/** Nice value of the bridge on Linux; on Windows Node makes "above normal" of it. */
export const BRIDGE_NICE = os.constants.priority.PRIORITY_ABOVE_NORMAL;

/**
 * The event loop goes before what else the machine does: an event waits for the processor no longer than it must. To be called first:
 * threads of a process that is running already keep their priority on Linux. @returns false where this is not allowed
 */
export function goBeforeOthers(): boolean {
  try {
    os.setPriority(BRIDGE_NICE);
    return true;
  } catch {
    return false;
  }
}
