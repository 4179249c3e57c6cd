import { connect, createServer } from 'node:net';

/** `relay.js PORT HOST`: this host's loopback leads to that port of another, as a tunnel does. */
const [port, host] = [Number(process.argv[2]), process.argv[3]!];
createServer((near) => {
  const far = connect(port, host);
  for (const [one, other] of [
    [near, far],
    [far, near],
  ] as const)
    one.on('error', () => other.destroy()).pipe(other);
}).listen(port, '127.0.0.1', () => process.stdout.write('listens\n'));
