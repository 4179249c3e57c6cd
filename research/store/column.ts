/**
 * One column of a dataset. int64, float64, int32: numbers as they are. text: any string. enum: one of a few strings,
 * held as its index.
 */
export type Column =
  | { readonly name: string; readonly type: 'int64' | 'float64' | 'int32' | 'text' }
  | { readonly name: string; readonly type: 'enum'; readonly values: readonly string[] };

export const int64 = (name: string): Column => ({ name, type: 'int64' });
export const float64 = (name: string): Column => ({ name, type: 'float64' });
export const int32 = (name: string): Column => ({ name, type: 'int32' });
export const text = (name: string): Column => ({ name, type: 'text' });
export const oneOf = (name: string, values: readonly string[]): Column => ({ name, type: 'enum', values });
