import { spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { prepareRsyncDaemon, type RsyncDaemonSettings } from '../../research/release/rsync-daemon.js';

/** Starts the daemon of some settings and waits until it greets; `stop` ends it and the processes it forked. */
export async function startDaemon(settings: RsyncDaemonSettings): Promise<{ stop(): Promise<void> }> {
  const { program, args, ready } = prepareRsyncDaemon(settings);
  const child = spawn(program, args, { stdio: 'ignore', detached: true });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  while (!(await ready())) {
    if (child.exitCode !== null) throw new Error(`the daemon ended with ${child.exitCode}`);
    await pause(20);
  }
  return {
    async stop() {
      if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, 'SIGTERM');
      await ended;
    },
  };
}
