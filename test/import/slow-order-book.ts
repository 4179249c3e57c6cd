/** The slow, obvious order book: a list of orders, from which the levels are added up anew every time they are asked for. */
export class SlowOrderBook {
  private readonly orders = new Map<bigint, { side: string; price: bigint; size: number }>();

  apply(action: string, id: bigint, side: string, price: bigint, size: number): void {
    if (action === 'R') this.orders.clear();
    if (action === 'A' || action === 'M') this.orders.set(id, { side, price, size });
    if (action === 'C') {
      const order = this.orders.get(id);
      if (!order) return;
      order.size -= Math.min(size, order.size);
      if (order.size === 0) this.orders.delete(id);
    }
  }

  /** The best ten levels of a side: price in points, size, number of orders. */
  levels(side: string): [number, number, number][] {
    const bySide = [...this.orders.values()].filter((order) => order.side === side);
    const prices = [...new Set(bySide.map(({ price }) => price))].sort((a, b) => Number(side === 'A' ? a - b : b - a));
    return prices.slice(0, 10).map((price) => {
      const at = bySide.filter((order) => order.price === price);
      return [Number(price) / 1e9, at.reduce((sum, { size }) => sum + size, 0), at.length];
    });
  }
}
