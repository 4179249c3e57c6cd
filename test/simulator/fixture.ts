import { pino } from 'pino';
import type { Gateway, GatewayOptions } from '../../simulator/gateway.js';
import { startGateway } from '../../simulator/start-gateway.js';
import { RawClient } from './raw-client.js';
import { ES_SAMPLE } from './sample.js';
import { StoqeyClient } from './stoqey-client.js';

type Close = () => void | Promise<void>;

/** Gateways and clients of one test; `close` ends them all, newest first. */
export class Fixture {
  readonly #open: Close[] = [];

  /** The real sample, moved only by `step`, unless said otherwise. */
  async gateway(options: Partial<GatewayOptions> = {}): Promise<Gateway> {
    const log = pino({ level: 'silent' });
    const gateway = await startGateway({ data: ES_SAMPLE, speed: 0, now: 'tape', log, ...options });
    this.#open.push(() => gateway.stop());
    return gateway;
  }

  async stoqey(gateway: Gateway, clientId = 251): Promise<StoqeyClient> {
    return this.#keep(await StoqeyClient.connect(gateway.port, clientId));
  }

  attempt(gateway: Gateway, clientId: number): StoqeyClient {
    return this.#keep(StoqeyClient.attempt(gateway.port, clientId));
  }

  async raw(gateway: Gateway, clientId = 1, announcement?: string, capabilities?: string): Promise<RawClient> {
    return this.#keep(await RawClient.connect(gateway.port, clientId, announcement, capabilities));
  }

  async open(gateway: Gateway): Promise<RawClient> {
    return this.#keep(await RawClient.open(gateway.port));
  }

  async close(): Promise<void> {
    for (const close of this.#open.splice(0).reverse()) await close();
  }

  #keep<T extends { close(): void }>(client: T): T {
    this.#open.push(() => client.close());
    return client;
  }
}
