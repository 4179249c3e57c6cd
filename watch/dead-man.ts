const TIMEOUT_MS = 10_000;

/**
 * Says outside that this watcher lives (Healthchecks.io: GET `url` after a look that went well, `url/start` at the beginning, `url/fail` where a look failed). When nothing is said
 * for a while, whoever listens there calls a person. Never throws: that it cannot be reached is noticed there too.
 */
export async function tellDeadMan(url: string | null, what: 'start' | 'well' | 'fail'): Promise<boolean> {
  if (url === null) return true;
  const target = what === 'well' ? url : `${url.replace(/\/$/, '')}/${what}`;
  try {
    const { ok } = await fetch(target, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'follow' });
    return ok;
  } catch {
    return false;
  }
}
