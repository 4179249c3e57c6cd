import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { ZodError } from 'zod';
import { Failure } from '../../shared/failure.js';
import { lockFile } from '../../shared/node/disk/file-lock.js';
import { type SignerAnswer, signerRequest } from './messages.js';
import type { Signer } from './signer.js';

/** Far above any dossier: a thousand files by name and hash. */
const REQUEST_BYTES_MAX = 4 * 2 ** 20;
const SILENT_MS_MAX = 30_000;

export interface SignerServer {
  close(): Promise<void>;
}

/**
 * Answers on a socket, one request a connection and one at a time: a line of JSON, and a line of JSON back.
 * @param lock file that is locked while this signer runs
 * @throws Failure 'SignerRunning' where another signer serves this home
 */
export async function serveSigner(ask: {
  readonly signer: Signer;
  readonly address: string;
  readonly lock: string;
  readonly log: (line: string) => void;
}): Promise<SignerServer> {
  const { signer, address, log } = ask;
  mkdirSync(path.dirname(ask.lock), { recursive: true, mode: 0o700 });
  const lock = await lockFile(ask.lock);
  if (lock === null) {
    throw new Failure('SignerRunning', `another signer holds ${ask.lock}`, 'stop it first: one key, one process');
  }
  let turn: Promise<unknown> = Promise.resolve();
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    socket.setTimeout(SILENT_MS_MAX, () => socket.destroy());
    readLine(socket, (line) => {
      socket.setTimeout(0);
      turn = turn.then(async () => {
        const { said, answer } = await answerTo(signer, line);
        log(said);
        if (!socket.destroyed) socket.end(`${JSON.stringify(answer)}\n`);
      });
    });
  });
  if (process.platform !== 'win32') rmSync(address, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, resolve);
  });
  // Its group is the research worker's; on one machine under one user nobody else.
  if (process.platform !== 'win32') chmodSync(address, 0o660);
  return {
    close: async () => {
      server.close();
      await turn;
      lock.release();
    },
  };
}

async function answerTo(signer: Signer, line: Buffer | null): Promise<{ said: string; answer: SignerAnswer }> {
  let what = 'a request';
  try {
    if (line === null) throw new Failure('SignerRequest', `a request has more than ${REQUEST_BYTES_MAX} bytes`);
    const request = signerRequest.parse(JSON.parse(line.toString('utf8')));
    what = request.do;
    const release = await signer.answer(request);
    return { said: `${what}: done${release ? `, v${release.modelVersion}` : ''}`, answer: { ok: true, release } };
  } catch (error) {
    const answer = refusalOf(error);
    return { said: `${what}: ${answer.type}: ${answer.message}`, answer };
  }
}

function refusalOf(error: unknown): SignerAnswer & { ok: false } {
  if (error instanceof Failure) {
    const { type, message, fix, details, retryable } = error;
    return { ok: false, type, message, ...(fix === undefined ? {} : { fix }), details: { ...details }, retryable };
  }
  if (error instanceof ZodError || error instanceof SyntaxError) {
    const issue = error instanceof ZodError ? error.issues[0] : undefined;
    const message = issue ? `${issue.path.join('.') || 'request'}: ${issue.message}` : 'the request is not JSON';
    return { ok: false, type: 'SignerRequest', message, details: {}, retryable: false };
  }
  // A full disk passes; what else is not foreseen is told as it is and tried again by whoever asked.
  return { ok: false, type: 'SignerFailed', message: String(error), details: {}, retryable: true };
}

/** Calls back once with the first line; with null where it is too long. */
function readLine(socket: net.Socket, done: (line: Buffer | null) => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const onData = (chunk: Buffer) => {
    const end = chunk.indexOf(0x0a);
    chunks.push(end < 0 ? chunk : chunk.subarray(0, end));
    bytes += chunk.length;
    if (end < 0 && bytes <= REQUEST_BYTES_MAX) return;
    socket.off('data', onData);
    socket.resume();
    done(bytes > REQUEST_BYTES_MAX ? null : Buffer.concat(chunks));
  };
  socket.on('data', onData);
}
