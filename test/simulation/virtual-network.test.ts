import '../../simulation/world/install.js';
import assert from 'node:assert/strict';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { inWorld } from './in-world.js';

const PORT = 4002;

describe('the virtual network', () => {
  it('delivers every byte in order, however it is cut', async () => {
    const told = await inWorld(async (tell, world) => {
      world.network.faults.splitShare = 0.8;
      let received = '';
      net
        .createServer((socket) => {
          socket.on('data', (bytes) => {
            received += bytes.toString();
          });
          socket.on('end', () => tell('end'));
          socket.on('close', () => tell('close'));
        })
        .listen(PORT);
      await sleep(1);
      const socket = net.connect(PORT, '127.0.0.1');
      await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
      const sent = Array.from({ length: 50 }, (_, i) => `message ${i};`);
      for (const text of sent) socket.write(text);
      socket.end();
      await sleep(1000);
      assert.equal(received, sent.join(''));
    });
    assert.deepEqual(told, ['end', 'close']);
  });

  it('refuses a port that nobody listens at, and one that is taken', async () => {
    const told = await inWorld(async (tell) => {
      net.connect(PORT, '127.0.0.1').on('error', (error: NodeJS.ErrnoException) => tell(error.code ?? ''));
      await sleep(500);
      net.createServer(() => {}).listen(PORT, () => tell('listens'));
      await sleep(1);
      net
        .createServer(() => {})
        .on('error', (error: NodeJS.ErrnoException) => tell(error.code ?? ''))
        .listen(PORT);
      await sleep(1);
    });
    assert.deepEqual(told, ['ECONNREFUSED', 'listens', 'EADDRINUSE']);
  });

  it('tells the other end of a killed process, and sends nothing more for it', async () => {
    const told = await inWorld(async (tell, world) => {
      net
        .createServer((socket) => {
          socket.on('data', (bytes) => tell(bytes.toString()));
          socket.on('error', () => {});
          socket.on('close', () => tell('close'));
        })
        .listen(PORT);
      await sleep(1);
      const doomed = world.createOwner('doomed');
      let socket: net.Socket | undefined;
      world.as(doomed, () => {
        socket = net.connect(PORT, '127.0.0.1');
      });
      await sleep(500);
      world.as(doomed, () => void socket?.write('alive'));
      await sleep(500);
      doomed.end(true);
      world.as(doomed, () => void socket?.write('dead'));
      await sleep(500);
    });
    assert.deepEqual(told, ['alive', 'close']);
  });

  it('holds back what is sent while the line is cut, and delivers it afterwards', async () => {
    const told = await inWorld(async (tell, world) => {
      net
        .createServer((socket) => socket.on('data', (bytes) => tell(`${bytes} ${performance.now() >= 5000}`)))
        .listen(PORT);
      await sleep(1);
      const socket = net.connect(PORT, '127.0.0.1');
      await sleep(500);
      world.network.faults.cutUntilMs = 5000;
      world.network.faults.splitShare = 0;
      socket.write('late');
      await sleep(10_000);
    });
    assert.deepEqual(told, ['late true']);
  });
});
