/** How numbers are spelled for the operator: few digits, with their unit. */
export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
export const points = (share: number): string => `${(100 * share).toFixed(1)} points`;
export const nats = (loss: number): string => loss.toFixed(4);
export const probability = (p: number): string => (p < 0.001 ? 'under 0.001' : p.toFixed(3));
export const ticks = (amount: number): string => amount.toFixed(Math.abs(amount) < 10 ? 2 : 0);
/** yyyymmdd -> yyyy-mm-dd. */
export const dateText = (tradeDate: number): string => String(tradeDate).replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3');
