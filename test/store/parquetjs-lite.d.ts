declare module 'parquetjs-lite' {
  interface Reader {
    getCursor(): { next(): Promise<Record<string, unknown> | null> };
    close(): Promise<void>;
  }
  const parquet: { ParquetReader: { openFile(file: string): Promise<Reader> } };
  export default parquet;
}
