/**
 * Resolves when this process is asked to stop: SIGINT, SIGTERM, SIGHUP (its terminal is gone), SIGBREAK (Windows), or,
 * for a supervised process, when its standard input ends. The last also happens when the supervisor is killed, so that
 * nothing is left running.
 */
export function untilAskedToStop({ supervised = process.env.BELIEVE_SUPERVISED === '1' } = {}): Promise<void> {
  return new Promise((resolve) => {
    const signals: NodeJS.Signals[] =
      process.platform === 'win32' ? ['SIGINT', 'SIGBREAK', 'SIGHUP'] : ['SIGINT', 'SIGTERM', 'SIGHUP'];
    const stop = () => {
      // Listened to any longer it would keep a process alive whose supervisor is still there.
      if (supervised) process.stdin.destroy();
      resolve();
    };
    for (const signal of signals) process.once(signal, stop);
    if (!supervised) return;
    process.stdin.resume();
    process.stdin.once('end', stop);
    process.stdin.once('error', stop);
  });
}
