import type { Field } from './frame.js';

/** Error or notice. id -1 speaks about the whole connection. */
export function encodeError(version: number, id: number, code: number, text: string, rejectJson = ''): Field[] {
  const fields: Field[] = [4, 2, id, code, text];
  if (version >= 166) fields.push(rejectJson);
  return fields;
}

export const encodeNextValidId = (orderId: number): Field[] => [9, 1, orderId];
export const encodeManagedAccounts = (accounts: readonly string[]): Field[] => [15, 1, accounts.join(',')];
export const encodeCurrentTime = (nowMs: number): Field[] => [49, 1, Math.floor(nowMs / 1000)];

/** `yyyymmdd hh:mm:ss UTC`: the simulator's own time zone is UTC, a name every client's zone table knows. */
export function formatTime(ms: number): string {
  const iso = new Date(ms).toISOString();
  return `${iso.slice(0, 10).replaceAll('-', '')} ${iso.slice(11, 19)} UTC`;
}
