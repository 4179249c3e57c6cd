import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { homePlaces } from '../../shared/config/home-places.js';

/** Longest path that a Unix socket can have on Linux and macOS, less a reserve. */
const SOCKET_PATH_BYTES_MAX = 100;

/** Where the signer of a home listens: a Unix socket, on Windows a named pipe. */
export function signerAddress(home: string): string {
  const folder = path.resolve(home);
  const digest = createHash('sha256').update(folder).digest('hex').slice(0, 16);
  if (process.platform === 'win32') return `\\\\.\\pipe\\believe-signer-${digest}`;
  const usual = path.join(homePlaces(folder).signer.folder, 'signer.sock');
  return Buffer.byteLength(usual) <= SOCKET_PATH_BYTES_MAX
    ? usual
    : path.join(tmpdir(), `believe-signer-${digest}.sock`);
}
