/** Messages on their way, in the order in which they were sent; a later one never overtakes. */
export class MessageQueue<T> {
  /** When the first one arrives; Infinity where none is on its way. */
  nextNs = Number.POSITIVE_INFINITY;
  private readonly messages: T[] = [];
  private readonly arrivalsNs: number[] = [];
  private head = 0;
  private lastNs = Number.NEGATIVE_INFINITY;

  send(message: T, arrivesNs: number): void {
    const arrives = arrivesNs < this.lastNs ? this.lastNs : arrivesNs;
    if (this.head === this.messages.length) this.nextNs = arrives;
    this.lastNs = arrives;
    this.messages.push(message);
    this.arrivalsNs.push(arrives);
  }

  receive(): T {
    const message = this.messages[this.head++]!;
    if (this.head === this.messages.length) {
      this.messages.length = 0;
      this.arrivalsNs.length = 0;
      this.head = 0;
      this.nextNs = Number.POSITIVE_INFINITY;
    } else this.nextNs = this.arrivalsNs[this.head]!;
    return message;
  }
}
