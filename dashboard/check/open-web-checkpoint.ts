import { type Checkpoint, parseCheckpoint } from '../../shared/trust/tlog/checkpoint-text.js';
import { sameBytes } from '../../shared/trust/tlog/merkle.js';
import { BadNote, noteKeyHash, notePartsIn } from '../../shared/trust/tlog/note-text.js';
import { isSignedBy, type WebKey } from './web-key.js';

/** @throws BadNote unless it is a checkpoint of this log, signed by one of these keys */
export async function openWebCheckpoint(
  bytes: Uint8Array,
  origin: string,
  keys: readonly WebKey[],
): Promise<Checkpoint> {
  const { text, lines } = notePartsIn(bytes);
  const checkpoint = parseCheckpoint(text);
  if (checkpoint.origin !== origin) throw new BadNote(`it is of the log ${checkpoint.origin}, not of ${origin}`);
  const message = new TextEncoder().encode(text);
  let isSigned = false;
  for (const { name, hash, signature } of lines) {
    const key = keys.find(({ raw }) => name === origin && sameBytes(noteKeyHash(name, raw), hash));
    if (!key) continue;
    if (!(await isSignedBy(key, message, signature))) throw new BadNote(`the signature of ${name} is false`);
    isSigned = true;
  }
  if (!isSigned) throw new BadNote('no state key of this page has signed it');
  return checkpoint;
}
