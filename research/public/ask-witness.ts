import { notePartsIn } from '../../shared/trust/tlog/note-text.js';

const ANSWER_MS = 5000;

/**
 * Asks a witness to cosign a checkpoint (C2SP tlog-witness). A witness that is away, or refuses, is passed over: the log goes on, and
 * its checkpoint has one name less below it.
 * @param proofFrom consistency proof from an earlier size, in base64
 * @returns its lines; '' where there are none
 */
export async function askWitness(
  url: string,
  note: string,
  knownSize: number,
  proofFrom: (oldSize: number) => readonly string[],
): Promise<{ readonly lines: string; readonly why: string | null }> {
  let oldSize = knownSize;
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const body = `old ${oldSize}\n${proofFrom(oldSize)
        .map((hash) => `${hash}\n`)
        .join('')}\n${note}`;
      const answer = await fetch(`${url.replace(/\/$/, '')}/add-checkpoint`, {
        ...{ method: 'POST', body, redirect: 'error', signal: AbortSignal.timeout(ANSWER_MS) },
      });
      const text = await answer.text();
      if (answer.status === 200) return { lines: linesIn(note, text), why: null };
      if (answer.status !== 409 || !/^\d{1,15}\n?$/.test(text))
        return { lines: '', why: `${answer.status}: ${text.slice(0, 200)}` };
      oldSize = Number(text);
    } catch (error) {
      return { lines: '', why: (error as Error).message };
    }
  }
  return { lines: '', why: 'it names another size each time' };
}

/** Only where the note is still one with them. @throws BadNote */
function linesIn(note: string, text: string): string {
  notePartsIn(new TextEncoder().encode(`${note}${text}`));
  return text;
}
