/** With any port: whoever looks through a tunnel names its own end. */
const THIS_MACHINE = /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/i;

/**
 * Whether a request names this machine, and no page of another origin has made it. A page that rebinds its own name to
 * loopback reaches every port here, and gives itself away by the name that its browser sends as Host.
 */
export function isForThisMachine(headers: {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
}): boolean {
  const { host, origin } = headers;
  if (host === undefined || !THIS_MACHINE.test(host)) return false;
  return origin === undefined || origin.toLowerCase() === `http://${host.toLowerCase()}`;
}

/** For whoever sees it in a browser by mistake. */
export const OTHER_HOST = 'this server answers to http://127.0.0.1 and http://localhost only\n';
