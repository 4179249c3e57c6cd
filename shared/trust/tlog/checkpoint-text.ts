import { HASH_BYTES } from './merkle.js';
import { BadNote, base64Of, bytesOfBase64 } from './note-text.js';

/** How a log stood when somebody signed it (C2SP tlog-checkpoint). */
export interface Checkpoint {
  /** Which log. It is also the name of its key in the note. */
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
}

/** We write no extension lines, and take none. */
export function checkpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${base64Of(root)}\n`;
}

/** @throws BadNote */
export function parseCheckpoint(text: string): Checkpoint {
  const match = /^(\S+)\n(0|[1-9]\d{0,14})\n([A-Za-z0-9+/]{43}=)\n$/u.exec(text);
  const root = match ? bytesOfBase64(match[3]!) : null;
  if (!match || root?.length !== HASH_BYTES)
    throw new BadNote('its text is no checkpoint: origin, size and root hash, a line each');
  return { origin: match[1]!, size: Number(match[2]), root };
}
