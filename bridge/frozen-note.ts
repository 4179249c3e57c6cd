import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

/** `broker/frozen.json`: what the watchdog leaves when it ends a bridge whose event loop stands still. */
export function frozenNoteFile(brokerFolder: string): string {
  return path.join(brokerFolder, 'frozen.json');
}

/** Whether the bridge before hung; told once. */
export function takeFrozenNote(brokerFolder: string): boolean {
  const file = frozenNoteFile(brokerFolder);
  try {
    readFileSync(file);
    rmSync(file);
    return true;
  } catch {
    return false;
  }
}
