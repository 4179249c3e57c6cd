export function horizonText(horizonMs: number): string {
  return horizonMs < 60_000 ? `${horizonMs / 1000} s` : `${horizonMs / 60_000} min`;
}

/** Milliseconds since the epoch -> yyyy-mm-dd hh:mm UTC. */
export function timeText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

export function countText(count: number): string {
  return count.toLocaleString('en-US');
}

export function bytesText(bytes: number): string {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
