import { once } from 'node:events';
import net from 'node:net';

/** A peer that shakes hands at any server version and otherwise only keeps what it is sent, frame by frame. */
export class BareGateway {
  /** Without their lengths; those of the handshake are not among them. */
  readonly frames: Buffer[] = [];
  private held = Buffer.alloc(0);
  private chunks: Buffer[] = [];
  private socket: net.Socket | undefined;
  private waiting: (() => void)[] = [];

  private constructor(
    private readonly server: net.Server,
    private readonly serverVersion: number,
    private readonly onFrame: (frame: Buffer) => void,
  ) {}

  static async start(serverVersion: number, onFrame: (frame: Buffer) => void = () => {}): Promise<BareGateway> {
    const server = net.createServer();
    const gateway = new BareGateway(server, serverVersion, onFrame);
    server.on('connection', (socket) => gateway.accept(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return gateway;
  }

  get port(): number {
    return (this.server.address() as net.AddressInfo).port;
  }

  get address(): { host: string; port: number } {
    return { host: '127.0.0.1', port: this.port };
  }

  pause(): void {
    this.socket?.pause();
  }

  resume(): void {
    this.socket?.resume();
  }

  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  stop(): void {
    this.socket?.destroy();
    this.server.close();
  }

  private accept(socket: net.Socket): void {
    this.socket = socket;
    let isGreeted = false;
    socket.on('error', () => {});
    socket.on('data', (data) => {
      this.chunks.push(data);
      const bytes = this.chunks.reduce((sum, chunk) => sum + chunk.length, this.held.length);
      // A long frame is put together once.
      if (isGreeted && this.held.length >= 4 && bytes < 4 + this.held.readUInt32BE(0)) return;
      this.held = Buffer.concat([this.held, ...this.chunks.splice(0)]);
      if (!isGreeted) {
        if (this.held.length < 8 || this.held.length < 8 + this.held.readUInt32BE(4)) return;
        this.held = this.held.subarray(8 + this.held.readUInt32BE(4));
        isGreeted = true;
        socket.write(frameOf(String(this.serverVersion), '20260105 09:30:00 EST'));
      }
      this.takeFrames(socket);
      for (const look of this.waiting.splice(0)) look();
    });
  }

  private takeFrames(socket: net.Socket): void {
    while (this.held.length >= 4 && this.held.length >= 4 + this.held.readUInt32BE(0)) {
      const end = 4 + this.held.readUInt32BE(0);
      const frame = this.held.subarray(4, end);
      this.held = this.held.subarray(end);
      if (frame.toString('latin1').startsWith('71\0'))
        socket.write(Buffer.concat([frameOf('9', '1', '1001'), frameOf('15', '1', 'DU1000001')]));
      else {
        this.frames.push(frame);
        this.onFrame(frame);
      }
    }
  }
}

export function frameOf(...fields: string[]): Buffer {
  const body = Buffer.from(`${fields.join('\0')}\0`);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}
