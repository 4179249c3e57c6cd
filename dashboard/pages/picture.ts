import { runningSums } from './running-sums.js';

/** Of an Open Graph picture. */
const [WIDTH, HEIGHT, MARGIN] = [1200, 630, 60];
const [PAPER, LINE, AXIS] = [0, 1, 2];
const PALETTE = [0xfc, 0xfc, 0xfb, 0x1d, 0x5f, 0xbf, 0xd9, 0xdb, 0xe0];

/** The sum of the days' results as a line; PNG with a palette. @param days net results, oldest first */
export async function picture(days: readonly number[]): Promise<Uint8Array<ArrayBuffer>> {
  const pixels = new Uint8Array(WIDTH * HEIGHT).fill(PAPER);
  const equity = [0, ...runningSums(days)];
  const [low, high] = [Math.min(...equity), Math.max(1, ...equity)];
  const x = (at: number) => MARGIN + ((WIDTH - 2 * MARGIN) * at) / Math.max(1, equity.length - 1);
  const y = (value: number) => MARGIN + ((HEIGHT - 2 * MARGIN) * (high - value)) / (high - low);
  draw(pixels, [MARGIN, y(0)], [WIDTH - MARGIN, y(0)], AXIS);
  for (let at = 1; at < equity.length; at++)
    draw(pixels, [x(at - 1), y(equity[at - 1]!)], [x(at), y(equity[at]!)], LINE);
  return await png(pixels);
}

type Point = readonly [number, number];

function draw(pixels: Uint8Array, [x0, y0]: Point, [x1, y1]: Point, colour: number): void {
  const steps = Math.ceil(Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0), 1));
  for (let step = 0; step <= steps; step++) {
    const [x, y] = [x0 + ((x1 - x0) * step) / steps, y0 + ((y1 - y0) * step) / steps];
    for (let dy = -2; dy <= 2; dy++)
      for (let dx = -2; dx <= 2; dx++) pixels[Math.round(y + dy) * WIDTH + Math.round(x + dx)] = colour;
  }
}

async function png(pixels: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const rows = new Uint8Array(HEIGHT * (WIDTH + 1));
  for (let row = 0; row < HEIGHT; row++)
    rows.set(pixels.subarray(row * WIDTH, (row + 1) * WIDTH), row * (WIDTH + 1) + 1);
  const packed = new Response(new Blob([rows]).stream().pipeThrough(new CompressionStream('deflate')));
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, WIDTH);
  header.setUint32(4, HEIGHT);
  header.setUint8(8, 8);
  header.setUint8(9, 3);
  return Uint8Array.of(
    ...[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
    ...chunk('IHDR', new Uint8Array(header.buffer)),
    ...chunk('PLTE', Uint8Array.from(PALETTE)),
    ...chunk('IDAT', new Uint8Array(await packed.arrayBuffer())),
    ...chunk('IEND', new Uint8Array()),
  );
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

/** PNG specification, annex D. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
