import path from 'node:path';

/** Every folder and file of a home folder that more than one module names. Each tier's own folder is its process's alone. */
export function homePlaces(home: string) {
  const at = (...parts: readonly string[]) => path.join(home, ...parts);
  const research = (...parts: readonly string[]) => at('research', ...parts);
  const broker = (...parts: readonly string[]) => at('broker', ...parts);
  return {
    /** The settings that a running stack was started with. */
    config: at('config.json'),
    marketClock: at('market-clock.json'),
    logs: at('logs'),
    run: at('run'),
    temporal: at('temporal'),
    /** Keys of what the Temporal server cannot read, where the settings name no other file. */
    payloadKeys: at('payload-keys.json'),
    /** Certificates for the connections to a Temporal server of one's own. */
    certificates: at('certs'),
    /** Of the authority that signs them. To be moved off this machine. */
    authorityKey: at('offline-authority'),
    /** Files as they were before `believe migrate` wrote them anew. */
    migrated: at('migrated'),
    /** To be moved off this machine. */
    rootKeys: at('offline-root-keys'),
    research: {
      folder: at('research'),
      input: research('input'),
      store: research('store'),
      ships: research('ships'),
      backtests: research('backtests'),
      releases: research('releases'),
      published: research('published'),
      trust: research('trust'),
      rsync: research('rsync'),
      lane: research('lane'),
      /** What each captured day was found to be. */
      monitor: research('monitor'),
      /** Where two captures of a day were compared. */
      reconcile: research('store', 'reconcile'),
      trials: research('trials.jsonl'),
      measuringKeys: research('measuring'),
      /** Public measuring keys of the hosts that folds are shared with. */
      foldPeers: research('fold-peers'),
      /** Copies of what is handed to and fro for that. */
      folds: research('folds'),
      /** Where the release key was while the research worker signed. */
      formerReleaseKeys: research('keys'),
    },
    signer: {
      folder: at('signer'),
      keys: at('signer', 'keys'),
      inbox: at('signer', 'inbox'),
      /** Public keys of those whose measurements count. */
      measurers: at('signer', 'measurers'),
      lock: at('signer', 'signer.lock'),
    },
    broker: {
      folder: at('broker'),
      keys: broker('keys'),
      trust: broker('trust'),
      armed: broker('armed'),
      control: broker('control'),
      capture: broker('capture'),
      /** Segments of Sierra Chart's feed, and how far its files were followed. */
      sierra: broker('sierra'),
      /** How the follower of a contract is. */
      sierraStatus: (instrument: string) => broker('sierra', `status-${instrument}.json`),
      journal: broker('journal'),
      status: broker('status.json'),
      swaps: broker('swaps.jsonl'),
      /** Each change of contract, where the settings have a rule for it. */
      rolls: broker('roll.jsonl'),
      /** Sealed batches that research has not acknowledged yet, or not for long. */
      outbox: broker('outbox'),
      seal: broker('seal'),
    },
    /** Of the process that takes in what brokers send; in production of an OS user of its own. */
    receiver: {
      folder: at('receiver'),
      keys: at('receiver', 'keys'),
      landing: at('receiver', 'landing'),
      receipts: at('receiver', 'receipts'),
    },
    /** Of the watchers, which hold the alarm channels' secrets. */
    watch: {
      folder: at('watch'),
      channels: at('watch', 'channels.json'),
      deliveries: at('watch', 'deliveries.jsonl'),
      status: (tier: 'broker' | 'research') => at('watch', tier, 'status.json'),
      state: (tier: 'broker' | 'research') => at('watch', tier, 'state.json'),
      silences: at('watch', 'silences.json'),
      /** Signs the links in messages that acknowledge an alarm. */
      linkKey: at('watch', 'link.key'),
    },
    operator: { keys: at('operator', 'keys') },
    /** Of the publisher, which holds the state key. */
    public: {
      folder: at('public'),
      keys: at('public', 'keys'),
      /** What every fill's commitment is salted with. */
      saltKey: at('public', 'keys', 'salt.key'),
      log: at('public', 'log'),
      posted: at('public', 'posted.json'),
      clicks: at('public', 'clicks'),
      /** Of the page on this machine. */
      page: at('public', 'page'),
    },
    gateway: {
      folder: at('gateway'),
      state: at('gateway', 'state.json'),
      /** What the simulator's Sierra Chart writes. */
      sierra: at('gateway', 'sierra'),
    },
  } as const;
}
