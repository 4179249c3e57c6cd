/** A number as a plain decimal: String() would write 0.0000005 as 5e-7, which neither IB nor the fast line reader takes. */
export function decimalText(value: number): string {
  const text = String(value);
  return text.includes('e') ? value.toFixed(DECIMALS_MAX).replace(/\.?0+$/, '') : text;
}

const DECIMALS_MAX = 15;
