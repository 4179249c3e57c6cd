import net from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Failure } from '../../shared/failure.js';
import type { FailureType } from '../../shared/failure-types.js';
import type { SignedReleaseFiles } from '../release/sign-release.js';
import { type SignerRequest, signerAnswer } from './messages.js';

const ANSWER_BYTES_MAX = 2 ** 20;
const RETRY_MS = 500;

/** Asks the signer of a home. */
export class SignerClient {
  constructor(private readonly address: string) {}

  /**
   * Waits for a signer that is away, and asks again one that died over the request: it repeats into the same state.
   * @throws the signer's own Failure; the signal's reason when aborted
   */
  async ask(
    request: SignerRequest,
    { signal, progress }: { readonly signal: AbortSignal; readonly progress: (said: { doing: string }) => void },
  ): Promise<SignedReleaseFiles | null> {
    for (;;) {
      const line = await exchange(this.address, `${JSON.stringify(request)}\n`, signal);
      if (line !== null) return releaseIn(line);
      progress({ doing: 'waiting for the signer' });
      await pause(RETRY_MS, undefined, { signal });
    }
  }
}

/** A refusal of the signer, as it said it. */
export class SignerRefusal extends Failure {
  constructor(
    type: FailureType,
    message: string,
    fix: string | undefined,
    details: Readonly<Record<string, unknown>>,
    override readonly retryable: boolean,
  ) {
    super(type, message, fix, details);
  }
}

function releaseIn(line: string): SignedReleaseFiles | null {
  const answer = signerAnswer.parse(JSON.parse(line));
  if (answer.ok) return answer.release;
  throw new SignerRefusal(answer.type, answer.message, answer.fix, answer.details, answer.retryable);
}

/** One line there, one line back; null where nobody listens or the connection ended without an answer. */
function exchange(address: string, line: string, signal: AbortSignal): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ path: address });
    let text = '';
    const abort = () => {
      socket.destroy();
      reject(signal.reason);
    };
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (text.length > ANSWER_BYTES_MAX) socket.destroy();
    });
    socket.once('connect', () => socket.write(line));
    socket.on('error', () => {}); // 'close' follows
    socket.once('close', () => {
      signal.removeEventListener('abort', abort);
      resolve(text.endsWith('\n') ? text.trimEnd() : null);
    });
  });
}
