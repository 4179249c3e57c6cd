import { z } from 'zod';
import { headName } from './head.js';

const float32Base64 = z.base64();

/** `golden.json` of a release: inputs of each head and the probabilities that training saw for them. */
export const goldenRows = z.object({
  v: z.literal(1),
  heads: z.record(
    headName,
    z.object({
      rows: z.number().int().positive().max(100_000),
      columns: z.number().int().positive(),
      classes: z.union([z.literal(2), z.literal(3)]),
      /** Row-major float32, little-endian. */
      inputs: float32Base64,
      outputs: float32Base64,
    }),
  ),
});
export type GoldenRows = Readonly<z.infer<typeof goldenRows>>;

/** Largest difference of a probability that is still the same model. */
export const GOLDEN_TOLERANCE = 1e-6;

/** Float32 values of a base64 text. @returns null where their number is not the expected one */
export function decodeFloat32(base64: string, expectedValues: number): Float32Array | null {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length !== expectedValues * 4) return null;
  const values = new Float32Array(expectedValues);
  for (let i = 0; i < expectedValues; i++) values[i] = bytes.readFloatLE(4 * i);
  return values;
}

export function encodeFloat32(values: Float32Array): string {
  const bytes = Buffer.alloc(4 * values.length);
  for (let i = 0; i < values.length; i++) bytes.writeFloatLE(values[i]!, 4 * i);
  return bytes.toString('base64');
}
