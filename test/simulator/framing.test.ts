import assert from 'node:assert/strict';
import fc from 'fast-check';
import { encodeFields, FRAME_BYTES_MAX, FrameReader, ProtocolViolation } from '../../simulator/wire/frame.js';

const message = fc.array(
  fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\0', '')),
  { minLength: 1, maxLength: 8 },
);

describe('framing', () => {
  it('gives the same messages wherever TCP split or merged the stream', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 20 }), fc.array(fc.integer({ min: 1, max: 40 })), (messages, cuts) => {
        const stream = Buffer.concat(messages.map(frameOf));
        assert.deepEqual(readAll(split(stream, cuts)), messages);
      }),
    );
  });

  it('reads a message that arrives byte by byte in one piece with its neighbours', () => {
    const stream = Buffer.concat([frameOf(['71', '2', '5']), frameOf(['x'.repeat(50_000)]), frameOf(['8', '1'])]);
    assert.deepEqual(readAll(split(stream, Array(stream.length).fill(1))), [
      ['71', '2', '5'],
      ['x'.repeat(50_000)],
      ['8', '1'],
    ]);
  });

  it('ends every field, also the last and the empty ones, with a NUL', () => {
    assert.equal(encodeFields([4, undefined, true, false, 'a', '']), '4\0\x001\x000\0a\0\0');
  });

  it('refuses a length of nothing or beyond the limit instead of waiting for it', () => {
    for (const lengthBytes of [0, FRAME_BYTES_MAX + 1, 0xffffffff]) {
      const reader = new FrameReader();
      const length = Buffer.alloc(4);
      length.writeUInt32BE(lengthBytes);
      reader.push(length);
      assert.throws(() => reader.takeFrame(), ProtocolViolation);
    }
  });

  it('keeps memory to one unfinished message, however long the stream', () => {
    const reader = new FrameReader();
    const frame = frameOf(['x'.repeat(1000)]);
    for (let i = 0; i < 20_000; i++) {
      reader.push(frame);
      assert.ok(reader.takeFrame());
    }
    assert.ok(reader.bufferBytes <= 16_384, `${reader.bufferBytes} bytes are kept`);
  });
});

function frameOf(fields: string[]): Buffer {
  const body = Buffer.from(encodeFields(fields));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}

function split(stream: Buffer, cuts: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  let at = 0;
  for (const bytes of cuts) {
    if (at >= stream.length) break;
    chunks.push(stream.subarray(at, at + bytes));
    at += bytes;
  }
  chunks.push(stream.subarray(Math.min(at, stream.length)));
  return chunks;
}

function readAll(chunks: readonly Buffer[]): string[][] {
  const reader = new FrameReader();
  const messages: string[][] = [];
  for (const chunk of chunks) {
    reader.push(chunk);
    for (let frame = reader.takeFrame(); frame; frame = reader.takeFrame())
      messages.push(frame.toString('utf8').slice(0, -1).split('\0'));
  }
  return messages;
}
