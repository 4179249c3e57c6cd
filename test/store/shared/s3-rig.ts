import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { answering, configAt, KEYS, S3Server, s3At } from '../../../bench/shared-store/s3-server.js';
import type { MarketStore } from '../../../research/store/market-store.js';
import { openStore } from '../../../research/store/open-store.js';
import type { S3Config } from '../../../shared/config/store.js';

/** A server for the tests of a describe block, with an empty bucket and empty homes for each of them. */
export class S3Rig {
  folder = '';
  server!: S3Server;
  private readonly saved = { ...process.env };

  constructor() {
    const rig = this;
    beforeEach(async function () {
      rig.folder = mkdtempSync(path.join(tmpdir(), 'believe-s3-'));
      const server = await S3Server.inFolder(path.join(rig.folder, 's3'));
      if (typeof server === 'string') this.skip();
      rig.server = server as S3Server;
      Object.assign(process.env, KEYS);
      await rig.server.run();
      await answering(rig.endpoint);
    });
    afterEach(async () => {
      await this.server?.stop();
      for (const name of Object.keys(process.env)) if (!(name in this.saved)) delete process.env[name];
      Object.assign(process.env, this.saved);
      rmSync(this.folder, { recursive: true, force: true });
    });
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.server.port}`;
  }

  home(name: string): string {
    return path.join(this.folder, name);
  }

  /** The shared store, as a host sees it whose home has this name. */
  store(home: string, endpoint = this.endpoint, changes: Partial<S3Config> = {}): Promise<MarketStore> {
    return openStore(configAt(this.home(home), s3At(endpoint, changes)));
  }
}
