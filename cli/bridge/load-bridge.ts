import { Failure } from '../../shared/failure.js';

/**
 * Loads what can send an order: for the bridge, its rehearsal, and for no other command, so that those work on machines
 * which lack the gateway's library on purpose. @throws Failure CannotTrade where it is not installed
 */
export async function loadBridge(): Promise<typeof import('./run-bridge.js')> {
  try {
    return await import('./run-bridge.js');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ERR_MODULE_NOT_FOUND' || !message.includes("'@stoqey/ib'")) throw error;
    throw new Failure(
      'CannotTrade',
      'the bridge needs the package @stoqey/ib, which is not installed here: this machine cannot trade',
      'run the bridge on the broker machine; if this is the broker machine, install everything with npm ci',
    );
  }
}
