import { terminalText } from '../output.js';

const EVERY_MS = 200;

/** A counter on a terminal; on anything else it says nothing. `of` may be unknown. */
export function showProgress(what: string): { show: (done: number, of?: number) => void; end: () => void } {
  let shownMs = 0;
  return {
    show(done, of) {
      if (!process.stderr.isTTY || performance.now() - shownMs < EVERY_MS) return;
      shownMs = performance.now();
      process.stderr.write(
        `\r${done.toLocaleString('en')}${of === undefined ? '' : ` of ${of.toLocaleString('en')}`} ${terminalText(what)} `,
      );
    },
    end() {
      if (shownMs > 0) process.stderr.write('\r\u001b[K');
    },
  };
}
