/** What the gateway says in a burst of frames, as far as orders and positions go; market data is left out. */
export function tellMessages(bytes: Buffer): string[] {
  return messagesIn(bytes).flatMap((fields) => tellMessage(fields) ?? []);
}

/** Positions that are told in a burst of frames: message 61, version 3. */
export function positionsIn(bytes: Buffer): { localSymbol: string; contracts: number }[] {
  if (bytes.indexOf('61\x003\0', 0, 'latin1') < 0) return [];
  return messagesIn(bytes)
    .filter(([id]) => id === '61')
    .map((fields) => ({ localSymbol: fields[12] ?? '', contracts: Number(fields[14]) }));
}

const ORDER_WORDS = ['ubmitted\0', 'ancelled\0', 'nactive\0'];

/** What is told of orders in a burst of frames: message 3. */
export function orderWordsIn(bytes: Buffer): { permId: number; isAlive: boolean }[] {
  if (!ORDER_WORDS.some((word) => bytes.indexOf(word, 0, 'latin1') >= 0)) return [];
  return messagesIn(bytes)
    .filter(([id]) => id === '3')
    .map((fields) => ({ permId: Number(fields[6]), isAlive: /^(Pre)?Submitted$/.test(fields[2] ?? '') }));
}

/** Fields of each whole frame, from the first on. */
function messagesIn(bytes: Buffer): string[][] {
  const messages: string[][] = [];
  for (let at = 0; at + 4 <= bytes.length; ) {
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length) break;
    messages.push(bytes.toString('utf8', at + 4, end).split('\0'));
    at = end;
  }
  return messages;
}

/** Message ids of the TWS protocol; docs/simulator.md names the dialect. */
function tellMessage(fields: readonly string[]): string | null {
  switch (fields[0]) {
    case '3':
      return `orderStatus ${fields[1]}: ${fields[2]}, filled ${fields[3]}, remaining ${fields[4]}, permId ${fields[6]}`;
    case '4':
      return `error ${fields[3]} for ${fields[2]}: ${fields[4]}`;
    case '5':
      return `openOrder ${fields[1]}: ${fields[13]} ${fields[14]} ${fields[15]} ${fields[16]}`;
    case '11':
      return `execDetails ${fields[2]}: ${fields[18]} ${fields[19]} at ${fields[20]}, ${fields[14]}`;
    case '61':
      return `position ${fields[12]}: ${fields[14]}`;
    default:
      return null;
  }
}
