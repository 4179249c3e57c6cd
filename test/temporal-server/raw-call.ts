import { readFileSync } from 'node:fs';
import http2 from 'node:http2';

export interface Identity {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** The status of a call of any gRPC method, a stream too, with one message; null where no connection came about. */
export function rawStatus(
  port: number,
  method: string,
  identity: Identity | null,
  { message = new Uint8Array(), headers = {} }: { message?: Uint8Array; headers?: Record<string, string> } = {},
): Promise<number | null> {
  return new Promise((resolve) => {
    const files = identity
      ? {
          ...{ ca: readFileSync(identity.caFile), cert: readFileSync(identity.certFile) },
          key: readFileSync(identity.keyFile),
        }
      : { rejectUnauthorized: false };
    const session = http2.connect(`https://localhost:${port}`, files);
    const end = (status: number | null) => {
      resolve(status);
      session.destroy();
    };
    session.on('error', () => end(null));
    session.on('close', () => end(null));
    const request = session.request({
      ...{ ':method': 'POST', ':path': method, 'content-type': 'application/grpc', te: 'trailers' },
      ...headers,
    });
    request.on('error', () => end(null));
    const told = (trailers: http2.IncomingHttpHeaders) => {
      if (trailers['grpc-status'] !== undefined) end(Number(trailers['grpc-status']));
    };
    request.on('response', told);
    request.on('trailers', told);
    request.resume();
    const framed = Buffer.alloc(5 + message.length);
    framed.writeUInt32BE(message.length, 1);
    framed.set(message, 5);
    request.end(framed);
  });
}
