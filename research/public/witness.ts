import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import path from 'node:path';
import { z } from 'zod';
import { jsonOrUndefined } from '../../shared/fields/json-or-undefined.js';
import { createFile } from '../../shared/node/disk/create-file.js';
import { makeFolder } from '../../shared/node/disk/make-folder.js';
import { replaceFile } from '../../shared/node/disk/replace-file.js';
import { readPrivateFile } from '../../shared/node/process/private-files.js';
import {
  generateSigningKey,
  type SigningKey,
  signingKeyFromPem,
  signingKeyPem,
} from '../../shared/trust/ed25519-key.js';
import { type Checkpoint, parseCheckpoint } from '../../shared/trust/tlog/checkpoint-text.js';
import { cosign, type WitnessKey } from '../../shared/trust/tlog/cosignature.js';
import { isConsistent, sameBytes } from '../../shared/trust/tlog/merkle.js';
import { bytesOfBase64, NOTE_BYTES_MAX } from '../../shared/trust/tlog/note-text.js';
import { BadNote, type NoteKey, openNote } from '../../shared/trust/tlog/signed-note.js';

const seenFile = z.strictObject({ v: z.literal(1), size: z.number().int().nonnegative(), root: z.string() });

export interface WitnessOptions {
  readonly name: string;
  readonly key: SigningKey;
  /** Keys of the log that is witnessed, under its name. */
  readonly log: readonly NoteKey[];
  readonly origin: string;
  /** What was cosigned last. */
  readonly seenFile: string;
  readonly nowMs?: () => number;
}

/**
 * A witness (C2SP tlog-witness): it cosigns a checkpoint only where the log is the one that it has cosigned before, grown. Anyone
 * can run one; with some of them, a log that shows two faces has nobody who vouches for both.
 */
export class Witness {
  constructor(private readonly options: WitnessOptions) {}

  /** `POST /add-checkpoint`. @returns what is answered */
  add(body: Uint8Array): { readonly status: number; readonly text: string } {
    const ask = requestIn(body);
    if (ask === null) return { status: 400, text: 'old size, proof, an empty line, checkpoint\n' };
    const { origin, log, name, key, nowMs = Date.now } = this.options;
    let checkpoint: Checkpoint;
    let text: string;
    try {
      ({ text } = openNote(ask.note, log));
      checkpoint = parseCheckpoint(text);
    } catch (error) {
      if (!(error instanceof BadNote)) throw error;
      return { status: /no key/.test(error.message) ? 403 : 400, text: `${error.message}\n` };
    }
    if (checkpoint.origin !== origin) return { status: 404, text: `this witness knows ${origin} only\n` };
    const seen = this.seen();
    if (ask.oldSize !== seen.size) return { status: 409, text: `${seen.size}\n` };
    if (!isGrown(seen, checkpoint, ask.proof))
      return { status: 422, text: `it does not begin with the ${seen.size} entries that were cosigned\n` };
    // On disk first: what was cosigned is never forgotten.
    const root = Buffer.from(checkpoint.root).toString('base64');
    replaceFile(
      this.options.seenFile,
      `${JSON.stringify(seenFile.parse({ v: 1, size: checkpoint.size, root }))}\n`,
      0o600,
    );
    return { status: 200, text: cosign(text, name, key, Math.floor(nowMs() / 1000)) };
  }

  private seen(): { size: number; root: string } {
    const { seenFile: file } = this.options;
    if (!existsSync(file)) return { size: 0, root: '' };
    return seenFile.parse(jsonOrUndefined(readFileSync(file, 'utf8')));
  }
}

function isGrown(
  seen: { size: number; root: string },
  { size, root }: Checkpoint,
  proof: readonly Uint8Array[],
): boolean {
  if (seen.size === 0) return proof.length === 0;
  const oldRoot = bytesOfBase64(seen.root);
  if (oldRoot === null || size < seen.size) return false;
  if (size === seen.size) return proof.length === 0 && sameBytes(root, oldRoot);
  return isConsistent(seen.size, oldRoot, size, root, proof);
}

const PROOF_MAX = 63;

function requestIn(body: Uint8Array): { oldSize: number; proof: Uint8Array[]; note: Uint8Array } | null {
  const text = Buffer.from(body).toString('utf8');
  const end = text.indexOf('\n\n');
  if (end < 0) return null;
  const [first, ...lines] = text.slice(0, end).split('\n');
  const oldSize = /^old (0|[1-9]\d{0,14})$/.exec(first!)?.[1];
  const proof = lines.map(bytesOfBase64);
  if (oldSize === undefined || lines.length > PROOF_MAX || proof.some((hash) => hash?.length !== 32)) return null;
  return { oldSize: Number(oldSize), proof: proof as Uint8Array[], note: Buffer.from(text.slice(end + 2)) };
}

/** Serves a witness. */
export async function serveWitness(witness: Witness, host: string, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const isAsked = request.method === 'POST' && request.url === '/add-checkpoint';
      const answer = !isAsked
        ? { status: 404, text: 'POST /add-checkpoint\n' }
        : body === null
          ? { status: 413, text: 'too long\n' }
          : witness.add(body);
      const type = answer.status === 409 ? 'text/x.tlog.size' : 'text/plain; charset=utf-8';
      response.writeHead(answer.status, { 'content-type': type }).end(answer.text);
    });
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  return server;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > 2 * NOTE_BYTES_MAX) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The witness's own key, made when there is none. */
export function witnessKey(folder: string, name: string): { readonly key: SigningKey; readonly witness: WitnessKey } {
  const file = path.join(folder, 'witness.key.pem');
  if (!existsSync(file)) {
    makeFolder(folder);
    createFile(file, signingKeyPem(generateSigningKey()), 0o600);
  }
  const key = signingKeyFromPem(readPrivateFile(file).toString('utf8'));
  return { key, witness: { name, raw: Uint8Array.from(key.spkiDer.subarray(-32)) } };
}
