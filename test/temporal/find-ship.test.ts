import assert from 'node:assert/strict';
import { theShip } from '../../cli/ship/find-ship.js';
import { Failure } from '../../shared/failure.js';
import { ScriptedServer } from '../workflows/scripted-server.js';

describe('the ship that a command names', () => {
  let server: ScriptedServer;
  before(async () => {
    server = await ScriptedServer.open();
  });
  after(() => server.close());

  it('is said not to be there, in a sentence, where no ship has that id', async () => {
    await assert.rejects(
      theShip(server.env.client, 'ship/none', '', 'held'),
      (error) => error instanceof Failure && error.type === 'NoShip' && /ship\/none/.test(error.message),
    );
  });
});
