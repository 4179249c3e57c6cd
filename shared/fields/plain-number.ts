const PLAIN = /^-?\d+(\.\d+)?$/;

/**
 * The number that a person wrote as a plain decimal, `5`, `-0.25`; NaN for all that programs write or that was mistyped:
 * `0x10`, `1e3`, ` 5`, `5.`, `.5`, `1_000`, an empty text, and what is too large for a float64.
 */
export function plainNumberOf(text: string): number {
  const value = PLAIN.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : Number.NaN;
}
