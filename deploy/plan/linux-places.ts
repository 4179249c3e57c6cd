/** Settings of every process of a Linux host. */
export const CONFIG_FILE = '/etc/believe/believe.config.json';

/** Who may read what the processes of a tier tell each other; keys are their user's alone. */
export const SHARED_GROUP = 'believe';

/** Who may ask the signer: the research worker, and the signer itself. */
export const SIGNING_GROUP = 'believe-signing';

/** Who may read receipts: the rsync daemon, which gives them to the broker, and the research worker. */
export const RECEIPTS_GROUP = 'believe-receipts';

/** Who shares the folder of the broker: bridge, broker worker, follower; the watcher reads it. */
export const TRADING_GROUP = 'believe-trading';

/** Where a person puts what was brought to this machine; installing hands each user his own copy. */
export const BROUGHT_FOLDER = '/etc/believe/brought';

/** A user's own copies of certificates and payload keys. */
export const heldFolder = (user: string): string => `/etc/believe/held/${user}`;

/** Stands for the name of a unit's instance until systemd's own sign for it is written. */
export const INSTANCE = '@INSTANCE@';
