import type { SigningKey } from '../ed25519-key.js';
import type { TrustedRole } from '../root.js';
import { type Checkpoint, checkpointText, parseCheckpoint } from './checkpoint-text.js';
import { BadNote, type NoteKey, openNote, signNote } from './signed-note.js';

export type { Checkpoint } from './checkpoint-text.js';

export function signCheckpoint(checkpoint: Checkpoint, keys: readonly SigningKey[]): string {
  const text = checkpointText(checkpoint);
  parseCheckpoint(text);
  return signNote(
    text,
    keys.map((key) => ({ name: checkpoint.origin, key })),
  );
}

/** @throws BadNote unless as many keys of the role as it asks for have signed a checkpoint of this log */
export function openCheckpoint(bytes: Uint8Array, origin: string, role: TrustedRole): Checkpoint {
  const known = role.keys.flatMap((key): NoteKey[] => ('spkiDer' in key ? [{ name: origin, key }] : []));
  const { text, signers } = openNote(bytes, known);
  if (role.threshold < 1 || signers.length < role.threshold)
    throw new BadNote(`${signers.length} of the ${role.threshold} keys needed have signed it`);
  const checkpoint = parseCheckpoint(text);
  if (checkpoint.origin !== origin) throw new BadNote(`it is of the log ${checkpoint.origin}, not of ${origin}`);
  return checkpoint;
}
