import type { SigningKey } from '../ed25519-key.js';
import type { TrustedRole } from '../root.js';
import { HASH_BYTES } from './merkle.js';
import { BadNote, type NoteKey, openNote, signNote } from './signed-note.js';

/** How a log stood when somebody signed it (C2SP tlog-checkpoint). */
export interface Checkpoint {
  /** Which log. It is also the name of its key in the note. */
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
}

export function signCheckpoint({ origin, size, root }: Checkpoint, keys: readonly SigningKey[]): string {
  const text = `${origin}\n${size}\n${root.toString('base64')}\n`;
  parseCheckpoint(text);
  return signNote(
    text,
    keys.map((key) => ({ name: origin, key })),
  );
}

/** @throws BadNote unless as many keys of the role as it asks for have signed a checkpoint of this log */
export function openCheckpoint(bytes: Buffer, origin: string, role: TrustedRole): Checkpoint {
  const known = role.keys.flatMap((key): NoteKey[] => ('spkiDer' in key ? [{ name: origin, key }] : []));
  const { text, signers } = openNote(bytes, known);
  if (role.threshold < 1 || signers.length < role.threshold)
    throw new BadNote(`${signers.length} of the ${role.threshold} keys needed have signed it`);
  const checkpoint = parseCheckpoint(text);
  if (checkpoint.origin !== origin) throw new BadNote(`it is of the log ${checkpoint.origin}, not of ${origin}`);
  return checkpoint;
}

/** We write no extension lines, and take none. @throws BadNote */
function parseCheckpoint(text: string): Checkpoint {
  const match = /^(\S+)\n(0|[1-9]\d{0,14})\n([A-Za-z0-9+/]{43}=)\n$/u.exec(text);
  const root = Buffer.from(match?.[3] ?? '', 'base64');
  if (!match || root.length !== HASH_BYTES || root.toString('base64') !== match[3])
    throw new BadNote('its text is no checkpoint: origin, size and root hash, a line each');
  return { origin: match[1]!, size: Number(match[2]), root };
}
