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
