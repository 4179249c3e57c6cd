import { type Html, html } from './html.js';
import { at, linear, roundTicks, type Scale } from './plot-axis.js';

/** Width of a plot in its own units unless told; the page scales it. */
export const WIDTH = 440;
const LEFT_MIN = 46;
/** Of a digit of an axis, and a little more. */
const LETTER_WIDTH = 7.5;
const RIGHT = 12;
const TOP = 20;
const BOTTOM = 40;

export interface Frame {
  readonly x: Scale;
  readonly y: Scale;
  readonly drawing: (content: readonly Html[]) => Html;
}

export interface FrameOptions {
  /** Read out instead of the picture: what it shows. */
  readonly description: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly xRange: readonly [number, number];
  readonly yRange: readonly [number, number];
  readonly xLabels: readonly { readonly value: number; readonly text: string }[];
  readonly yText: (value: number) => string;
  readonly width?: number;
  readonly height?: number;
}

/** Axes with a grid of round values; the content is drawn by the frame's scales. */
export function frame(options: FrameOptions): Frame {
  const height = options.height ?? 260;
  const bottom = height - BOTTOM;
  const width = options.width ?? WIDTH;
  const values = roundTicks(...options.yRange, 5);
  const left = Math.max(LEFT_MIN, 8 + LETTER_WIDTH * Math.max(...values.map((value) => options.yText(value).length)));
  const x = linear(options.xRange, [left, width - RIGHT]);
  const y = linear(options.yRange, [bottom, TOP]);
  const rows = values.map(
    (value) =>
      html`<line class="${value === 0 ? 'zero' : 'grid'}" x1="${left}" x2="${width - RIGHT}" y1="${at(y(value))}" y2="${at(y(value))}"/><text class="tick" x="${left - 6}" y="${at(y(value) + 4)}" text-anchor="end">${options.yText(value)}</text>`,
  );
  const columns = options.xLabels.map(
    ({ value, text }) =>
      html`<text class="tick" x="${at(x(value))}" y="${bottom + 16}" text-anchor="${x(value) > width - 2 * RIGHT - 20 ? 'end' : 'middle'}">${text}</text>`,
  );
  const titles = html`<text class="axis" x="${at((left + width - RIGHT) / 2)}" y="${height - 6}" text-anchor="middle">${options.xTitle}</text><text class="axis" x="${left}" y="${TOP - 8}" text-anchor="start">${options.yTitle}</text>`;
  return {
    x,
    y,
    drawing: (content) =>
      html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${options.description}">${rows}${columns}${titles}${content}</svg>`,
  };
}
