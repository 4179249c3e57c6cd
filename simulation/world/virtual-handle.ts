import { type DiskCalls, diskCalls, flagsOf } from './disk-calls.js';
import { later } from './disk-time.js';
import type { World } from './world.js';

/** A FileHandle on the virtual disk, with the methods that the product uses. */
export class VirtualHandle {
  private descriptor: number;
  private readonly calls: DiskCalls;

  private constructor(
    private readonly world: World,
    descriptor: number,
  ) {
    this.descriptor = descriptor;
    this.calls = diskCalls(world);
  }

  static open(world: World, file: string, flags: unknown): VirtualHandle {
    return new VirtualHandle(world, world.disk.openFile(file, flagsOf((flags as string | number | undefined) ?? 'r')));
  }

  /** -1 once it is closed. */
  get fd(): number {
    return this.descriptor;
  }

  read(target: Uint8Array, ...where: unknown[]): Promise<{ bytesRead: number; buffer: Uint8Array }> {
    return this.later('read', (fd) => ({ bytesRead: this.calls.readSync(fd, target, ...where), buffer: target }));
  }

  write(data: string | Uint8Array, ...where: unknown[]): Promise<{ bytesWritten: number; buffer: unknown }> {
    return this.later('write', (fd) => ({ bytesWritten: this.calls.writeSync(fd, data, ...where), buffer: data }));
  }

  writev(parts: readonly Uint8Array[], position?: number): Promise<{ bytesWritten: number }> {
    return this.later('writev', (fd) => ({
      bytesWritten: this.world.disk.write(fd, Buffer.concat(parts), position ?? null),
    }));
  }

  writeFile(data: string | Uint8Array): Promise<void> {
    return this.later('writeFile', (fd) => this.calls.writeFileSync(fd, data));
  }

  appendFile(data: string | Uint8Array): Promise<void> {
    return this.writeFile(data);
  }

  readFile(options?: BufferEncoding): Promise<string | Buffer> {
    return this.later('readFile', (fd) => this.calls.readFileSync(fd, options));
  }

  truncate(size = 0): Promise<void> {
    return this.later('truncate', (fd) => this.calls.ftruncateSync(fd, size));
  }

  stat() {
    return this.later('stat', (fd) => this.calls.fstatSync(fd));
  }

  sync(): Promise<void> {
    return this.later('sync', (fd) => this.calls.fsyncSync(fd));
  }

  datasync(): Promise<void> {
    return this.sync();
  }

  async close(): Promise<void> {
    if (this.descriptor < 0) return;
    const { descriptor } = this;
    this.descriptor = -1;
    await later(this.world, 'close', () => this.calls.closeSync(descriptor));
  }

  private later<T>(what: string, work: (descriptor: number) => T): Promise<T> {
    return later(this.world, what, () => work(this.descriptor));
  }
}
