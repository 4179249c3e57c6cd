import { connect, createServer, type Server, type Socket } from 'node:net';

/** Passes bytes on to a server, and cuts a connection off after so many of them in either direction. */
export class CuttingProxy {
  /** Bytes that a connection may carry; null carries all. */
  cutAfterBytes: number | null = null;
  /** Connections that may still be cut; the others carry all. */
  cutsLeft = Number.POSITIVE_INFINITY;
  cuts = 0;
  private carriedBytes = 0;
  private whenCarried: { readonly bytes: number; readonly tell: () => void } | null = null;
  private readonly open = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  static async before(port: number): Promise<CuttingProxy> {
    const server = createServer();
    const proxy = new CuttingProxy(server);
    server.on('connection', (client) => proxy.join(client, connect(port, '127.0.0.1')));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as { port: number }).port}`;
  }

  /** When so many bytes more were carried, of all connections together. */
  untilCarried(bytes: number): Promise<void> {
    return new Promise((tell) => {
      this.whenCarried = { bytes: this.carriedBytes + bytes, tell };
    });
  }

  /** Those that are open carry nothing more, so that a client that keeps connections makes new ones. */
  dropAll(): void {
    for (const socket of this.open) socket.destroy();
  }

  async end(): Promise<void> {
    this.dropAll();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(client: Socket, server: Socket): void {
    let carried = 0;
    const limit = this.cutAfterBytes !== null && this.cutsLeft > 0 ? this.cutAfterBytes : null;
    if (limit !== null) this.cutsLeft--;
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.open.add(from);
      from.on('data', (chunk: Buffer) => {
        const room = limit === null ? chunk.length : Math.max(0, limit - carried);
        carried += chunk.length;
        this.carriedBytes += chunk.length;
        if (this.whenCarried && this.carriedBytes >= this.whenCarried.bytes) this.whenCarried.tell();
        if (room >= chunk.length) to.write(chunk);
        else {
          this.cuts++;
          to.write(chunk.subarray(0, room), () => {
            client.destroy();
            server.destroy();
          });
        }
      });
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.open.delete(from);
        to.destroy();
      });
    }
  }
}
