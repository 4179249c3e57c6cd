import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SMTPServer } from 'smtp-server';

export interface Received {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Real receivers of alarms on loopback: a mail server, and one for everything that is told by HTTP. */
export class Receivers {
  readonly mails: {
    readonly messageId: string;
    readonly subject: string;
    readonly text: string;
    readonly user: string | null;
  }[] = [];
  readonly requests: Received[] = [];
  /** Answers of the HTTP server, by path; 200 for all others. */
  readonly answers = new Map<string, number>();
  readonly folder = mkdtempSync(path.join(tmpdir(), 'believe-watch-'));
  private smtp!: SMTPServer;
  private http!: Server;

  static async open(): Promise<Receivers> {
    const receivers = new Receivers();
    receivers.http = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const place = request.url ?? '';
        receivers.requests.push({
          path: place,
          headers: request.headers,
          body: Buffer.concat(chunks).toString('utf8'),
        });
        response.writeHead(receivers.answers.get(place) ?? 200).end('ok');
      });
    });
    await new Promise<void>((resolve) => receivers.http.listen(0, '127.0.0.1', resolve));
    receivers.smtp = new SMTPServer({
      authOptional: true,
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _session, done) =>
        done(password === 'letmein' ? null : new Error('535 no such user'), { user: username }),
      onData: (stream, session, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const sent = Buffer.concat(chunks).toString('utf8');
          const [head, ...body] = sent.split('\r\n\r\n');
          // As mail programs show it: quoted-printable, undone.
          const text = body
            .join('\n\n')
            .replace(/=\r?\n/g, '')
            .replaceAll('=3D', '=');
          const header = (name: string) => new RegExp(`^${name}: (.*)$`, 'im').exec(head!)?.[1]?.trim() ?? '';
          receivers.mails.push({
            ...{ messageId: header('Message-ID'), subject: header('Subject'), text },
            user: (session.user as string | undefined) ?? null,
          });
          done();
        });
      },
    });
    await new Promise<void>((resolve) => receivers.smtp.listen(0, '127.0.0.1', () => resolve()));
    return receivers;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}`;
  }

  get smtpPort(): number {
    return (this.smtp.server.address() as AddressInfo).port;
  }

  /** Writes the file of a secret. */
  secret(name: string, text: string): string {
    writeFileSync(path.join(this.folder, name), `${text}\n`);
    return name;
  }

  /** Writes a channels file. */
  channels(channels: readonly object[], name = 'channels.json'): string {
    const file = path.join(this.folder, name);
    writeFileSync(file, JSON.stringify({ v: 1, channels }));
    return file;
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.smtp.close(() => resolve()));
    this.http.closeAllConnections();
    await new Promise<void>((resolve) => this.http.close(() => resolve()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}
