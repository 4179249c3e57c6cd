import { wilsonInterval } from '../../research/gate/statistics/wilson.js';

export interface StudyRow {
  readonly name: string;
  /** Markets on which the candidate was judged wrongly. */
  readonly wrong: number;
  /** Share. */
  readonly aim: number;
}

const [LEFT, WIDTH, ROW] = [400, 420, 26];

/** Shares of wrong verdicts with their 95 % intervals, and the aims; one file of SVG. */
export function studyPlot(rows: readonly StudyRow[], markets: number): string {
  const x = (share: number) => (LEFT + WIDTH * share).toFixed(1);
  const y = (at: number) => 46 + ROW * at;
  const height = y(rows.length) + 30;
  const ticks = [0, 0.2, 0.4, 0.6, 0.8, 1].map(
    (share) =>
      `<line x1="${x(share)}" y1="34" x2="${x(share)}" y2="${height - 30}" stroke="#ddd"/><text x="${x(share)}" y="${height - 14}" text-anchor="middle">${100 * share} %</text>`,
  );
  const lines = rows.map(({ name, wrong, aim }, at) => {
    const { low, high } = wilsonInterval(wrong, markets);
    const mid = y(at) + 8;
    return (
      `<text x="${LEFT - 10}" y="${mid + 4}" text-anchor="end">${name}</text>` +
      `<line x1="${x(low)}" y1="${mid}" x2="${x(high)}" y2="${mid}" stroke="#1f5fa8" stroke-width="2"/>` +
      `<circle cx="${x(wrong / markets)}" cy="${mid}" r="4" fill="#1f5fa8"/>` +
      `<line x1="${x(aim)}" y1="${mid - 9}" x2="${x(aim)}" y2="${mid + 9}" stroke="#c0392b" stroke-width="2"/>`
    );
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${LEFT + WIDTH + 40} ${height}" font-family="sans-serif" font-size="12"><title>Judged wrongly, of ${markets} SYNTHETIC markets</title><rect width="${LEFT + WIDTH + 40}" height="${height}" fill="#fff"/><text x="10" y="20" font-size="13">Judged wrongly, of ${markets} SYNTHETIC markets: share, 95 % interval, and (red) the aim</text>${ticks.join('')}${lines.join('')}</svg>\n`;
}
