const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** A UTF-8 byte order mark, with which Windows programs begin files, is no content. @returns how many bytes of it there are */
export function byteOrderMarkBytes(bytes: Buffer, start = 0): number {
  return bytes.subarray(start, start + BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
}

/** A text without its byte order mark. */
export function withoutByteOrderMark(text: string): string {
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}
