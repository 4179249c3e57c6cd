import net from 'node:net';

/**
 * A name that leads to the attacker's page first and to a server of ours afterwards, which is what rebinding looks like to a
 * browser: one name, one port, two machines. What is asked under `/attack` is the attacker's, the rest goes to the target.
 */
export class ReboundName {
  /** What his pages told him, here. */
  readonly reports: unknown[] = [];
  private readonly server: net.Server;

  private constructor(page: (origin: string) => string, targetPort: number | null) {
    this.server = net.createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.once('data', (first) => {
        const asked = first.toString('latin1').split(' ')[1] ?? '';
        if (asked.startsWith('/attack')) this.answer(socket, first, asked, page(this.origin));
        else if (targetPort === null) socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
        else forward(socket, first, targetPort);
      });
    });
  }

  static async open(page: (origin: string) => string, targetPort: number | null): Promise<ReboundName> {
    const name = new ReboundName(page, targetPort);
    await new Promise<void>((resolve) => name.server.listen(0, '127.0.0.1', resolve));
    return name;
  }

  get port(): number {
    return (this.server.address() as net.AddressInfo).port;
  }

  get origin(): string {
    return `http://localhost:${this.port}`;
  }

  close(): void {
    this.server.close();
  }

  private answer(socket: net.Socket, first: Buffer, asked: string, page: string): void {
    if (!asked.startsWith('/attack/report')) {
      socket.end(`HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n${page}`);
      return;
    }
    let text = first.toString('utf8');
    const take = () => {
      const [head = '', body = ''] = text.split('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
      if (Buffer.byteLength(body) < length) return;
      this.reports.push(JSON.parse(body));
      socket.end('HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n');
    };
    socket.on('data', (more) => {
      text += more.toString('utf8');
      take();
    });
    take();
  }
}

/** As the wire does: byte by byte, whatever name is asked for. */
function forward(socket: net.Socket, first: Buffer, port: number): void {
  const target = net.connect(port, '127.0.0.1', () => target.write(first));
  target.on('error', () => socket.destroy());
  socket.on('close', () => target.destroy());
  target.pipe(socket);
  socket.pipe(target);
}
