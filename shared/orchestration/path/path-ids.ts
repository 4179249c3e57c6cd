/** Workflow ids of the way back: one a day, so that no two runs bring the same day. */
export function captureId({
  instrument,
  tradeDate,
}: {
  readonly instrument: string;
  readonly tradeDate: string;
}): string {
  return `capture/${instrument}/${tradeDate}`;
}

export function journalId({ broker, tradeDate }: { readonly broker: string; readonly tradeDate: string }): string {
  return `journal/${broker}/${tradeDate}`;
}
