const DAYS = 7;

/** Trading hours of a CME future for the coming days as IB writes them, in exchange time; weekends only, no holidays. */
export function tradingHours(nowMs: number): string {
  const parts: string[] = [];
  for (let day = 0; day < DAYS; day++) {
    const date = new Date(nowMs + day * 86_400_000);
    const before = new Date(date.getTime() - 86_400_000);
    const weekday = date.getUTCDay();
    if (weekday === 6 || weekday === 0) parts.push(`${yyyymmdd(date)}:CLOSED`);
    else parts.push(`${yyyymmdd(before)}:1700-${yyyymmdd(date)}:1600`);
  }
  return parts.join(';');
}

function yyyymmdd(date: Date): string {
  return date.toISOString().slice(0, 10).replaceAll('-', '');
}
