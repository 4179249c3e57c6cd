/** `<kind>/2026-11-23T00-12-05`: sorts by time, and is a file name on every platform once `/` is replaced. */
export function idAt(kind: string, nowMs: number): string {
  return `${kind}/${new Date(nowMs).toISOString().slice(0, 19).replaceAll(':', '-')}`;
}
