/** Contracts, trades or orders are counted in 32 bits in the store: more than that in one field is damage, or a sentinel. */
export const CONTRACTS_MAX = 2 ** 31 - 1;
