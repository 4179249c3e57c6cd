/** The bytes are not what a Parquet file says they are. The message says what is wrong. */
export class Damage extends Error {}

/** Sound as far as it was read, but not as our writer makes it: DuckDB knows how to read it. */
export class Unfamiliar extends Error {}
