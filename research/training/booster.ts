/** Which libxgboost to use; `setup` finds or obtains it and knows its hash. */
export interface LibraryFile {
  readonly path: string;
  /** Lower-case hex of the file that must be loaded; training refuses another one. */
  readonly sha256: string;
}

/** A trained model and what made it. */
export interface Booster {
  /** XGBoost's own JSON model, as bytes: the same rows, recipe and library give the same bytes. */
  readonly modelJson: Uint8Array;
  /** Boosting rounds; with rows to stop by, the round that was best on them. */
  readonly rounds: number;
  readonly libraryVersion: string;
  readonly librarySha256: string;
}

/** Rows of a feature matrix: all of it, or those that `rowIndices` names, in that order. */
export interface FeatureRows {
  /** Row-major rows x columns; NaN is a missing value. In a SharedArrayBuffer it crosses threads without a copy. */
  readonly features: Float32Array;
  readonly rows: number;
  readonly columns: number;
  readonly rowIndices?: Int32Array | Uint32Array;
  /** For error texts. */
  readonly columnNames?: readonly string[];
}
