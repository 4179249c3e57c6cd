/** The part of the platform that this Worker uses; its own types would make globals of browsers out of those of Node. */
export interface KeyValues {
  get(key: string, type: 'arrayBuffer'): Promise<ArrayBuffer | null>;
  put(key: string, value: Uint8Array | string): Promise<void>;
}

export interface SqlStorage {
  exec(query: string, ...bindings: readonly (string | number | null)[]): { toArray(): Record<string, unknown>[] };
}

export interface ObjectState {
  readonly storage: {
    readonly sql: SqlStorage;
    setAlarm(atMs: number): Promise<void>;
    getAlarm(): Promise<number | null>;
  };
  blockConcurrencyWhile<T>(work: () => Promise<T>): Promise<T>;
}

interface ObjectNamespace {
  idFromName(name: string): unknown;
  get(id: unknown): { fetch(request: Request): Promise<Response> };
}

export interface Environment {
  readonly PUBLIC: KeyValues;
  readonly RECORD: ObjectNamespace;
  readonly CLICKS: ObjectNamespace;
  /** Name of the log, and of the key that signs its checkpoints. */
  readonly ORIGIN: string;
  /** JSON list of public keys, base64 of SPKI DER. */
  readonly STATE_KEYS: string;
  readonly FUND_NAME?: string;
  /** Where the sites are; JSON of {site, trades}. */
  readonly SITES?: string;
}

/** There is one of each. */
export function theOne(objects: ObjectNamespace) {
  return objects.get(objects.idFromName('one'));
}
