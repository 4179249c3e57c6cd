/** A number as plain decimal text: clients that read whole numbers choke on exponents and on a trailing `.0`. */
export function decimal(value: number): string {
  const text = String(value);
  return text.includes('e') ? value.toFixed(12).replace(/\.?0+$/, '') : text;
}
