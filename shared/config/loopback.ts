import { isIPv4 } from 'node:net';

/** Whether what is sent to a host stays on this machine: 127.0.0.0/8, ::1 or the name that every system gives them. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  return name === 'localhost' || name === '::1' || (isIPv4(name) && name.startsWith('127.'));
}

/** The host of `host:port`. */
export function hostOf(address: string): string {
  return address.replace(/:\d+$/, '');
}
