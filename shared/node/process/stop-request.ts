/** Within it a second signal is the same request: a terminal tells the whole group, and npm or a service host passes it on. */
const SAME_REQUEST_MS = 1_000;

/**
 * Resolves when this process is asked to stop: SIGINT, SIGTERM, SIGHUP (its terminal is gone), SIGBREAK (Windows), or,
 * for a supervised process, when its standard input ends. The last also happens when the supervisor is killed, so that
 * nothing is left running.
 */
export function untilAskedToStop({ supervised = process.env.BELIEVE_SUPERVISED === '1' } = {}): Promise<void> {
  return new Promise((resolve) => {
    const signals: NodeJS.Signals[] =
      process.platform === 'win32' ? ['SIGINT', 'SIGBREAK', 'SIGHUP'] : ['SIGINT', 'SIGTERM', 'SIGHUP'];
    const listenNoMore = () => {
      for (const signal of signals) process.off(signal, stop);
    };
    const stop = () => {
      // Listened to any longer it would keep a process alive whose supervisor is still there.
      if (supervised) process.stdin.destroy();
      // Another request after that ends the process at once, as it would have without us.
      setTimeout(listenNoMore, SAME_REQUEST_MS).unref();
      resolve();
    };
    for (const signal of signals) process.on(signal, stop);
    if (!supervised) return;
    process.stdin.resume();
    process.stdin.once('end', stop);
    process.stdin.once('error', stop);
  });
}
