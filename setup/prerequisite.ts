/** One thing that the product uses and does not contain. */
export interface Prerequisite {
  name: string;
  needed: 'required' | 'optional';
  found: boolean;
  version?: string;
  /** Absolute path of the file or folder. */
  path?: string;
  /** Where it comes from, or what an optional one is for. */
  source?: string;
  /** It works, but not for everything. */
  warning?: string;
  /** What to do where it is missing or draws a warning. */
  fix?: string;
}
