import { axisX, axisY, dot, gridY, line, plot, pointerX, ruleX, text, tip } from '@observablehq/plot';

export interface Series {
  name: string;
  /** CSS colour, as a rule a theme variable. */
  color: string;
  dashed?: boolean;
  points: readonly { x: number; y: number }[];
}

/** What the values on the x axis are called. */
export interface StepWords {
  /** Head of the table's first column: "Epoch". */
  title: string;
  /** "12"; empty where the axis needs no mark. */
  tick: (x: number) => string;
  /** In the table, where it differs from the axis. */
  cell?: (x: number) => string;
  /** "epoch 12" */
  at: (x: number) => string;
}

export interface LineChart {
  width: number;
  height: number;
  series: readonly Series[];
  /** Position and name of a vertical mark. */
  mark?: { x: number; text: string };
  /** How a value is written in the tip and in the table. */
  format: (y: number) => string;
  /** How it is written on the axis. */
  formatTick: (y: number) => string;
  label: string;
  words: StepWords;
  /** Smallest range of y that is shown. */
  include?: readonly [number, number];
  /** Logarithmic x axis with marks at powers of ten; without it x are whole numbers from 1. */
  logX?: boolean;
  /** Largest y that is shown: what lies above is cut off. */
  highest?: number;
}

/**
 * Draws lines over whole x values (epochs). The picture brings no style element with it, because the page's policy forbids inline
 * styles: its rules are in charts.css. Colours are CSS variables, so a change of theme needs no drawing.
 */
export function lineChart({
  width,
  height,
  series,
  mark,
  format,
  formatTick,
  label,
  words,
  include,
  logX = false,
  highest = Infinity,
}: LineChart): SVGSVGElement {
  const points = series.flatMap(s => s.points.map(point => ({ ...point, name: s.name, color: s.color })));
  const ys = [...points.map(point => Math.min(highest, point.y)), ...(include ?? [])];
  const xs = points.map(point => point.x);
  const xDomain: [number, number] = logX
    ? [Math.min(...xs), Math.max(...xs)]
    : [Math.min(1, ...xs), Math.max(2, ...xs)];
  const yDomain: [number, number] = ys.length === 0 ? [0, 1] : [Math.min(...ys), Math.max(...ys)];
  const muted = 'var(--vscode-descriptionForeground)';
  const ticks = logX ? 10 : Math.max(2, Math.min(8, Math.floor(width / 60), xDomain[1] - xDomain[0]));
  const isMarked = (x: number) => (logX ? isPowerOfTen(x) : Number.isInteger(x));
  const svg = plot({
    className: 'plot',
    width,
    height,
    marginLeft: 48,
    marginRight: 12,
    marginTop: 18,
    marginBottom: 24,
    ariaLabel: label,
    x: { domain: xDomain, ...(logX && { type: 'log' }) },
    y: { domain: yDomain, nice: true },
    marks: [
      gridY({ stroke: 'currentColor', strokeOpacity: 0.14, ticks: 4 }),
      axisY({ ticks: 4, tickFormat: formatTick, tickSize: 0, fill: muted, label: null }),
      axisX({
        ticks,
        tickFormat: (x: number) => (isMarked(x) ? words.tick(x) : ''),
        tickSize: 3,
        fill: muted,
        stroke: muted,
        label: null,
      }),
      ...(mark
        ? [
            ruleX([mark.x], { stroke: muted, strokeDasharray: '2 3' }),
            text([mark.text], { x: mark.x, frameAnchor: 'top', dy: -12, fill: muted }),
          ]
        : []),
      ...series.flatMap(s => [
        line(s.points as { x: number; y: number }[], {
          x: 'x',
          y: 'y',
          stroke: s.color,
          strokeWidth: 1.75,
          clip: highest < Infinity,
          ...(s.dashed ? { strokeDasharray: '5 3' } : {}),
        }),
        // A single epoch makes no line yet.
        ...(s.points.length === 1
          ? [dot(s.points as { x: number; y: number }[], { x: 'x', y: 'y', fill: s.color, r: 2.5 })]
          : []),
      ]),
      tip(
        points,
        pointerX({
          x: 'x',
          y: 'y',
          title: (point: (typeof points)[number]) => `${point.name}, ${words.at(point.x)}: ${format(point.y)}`,
          fill: 'var(--vscode-editorHoverWidget-background)',
          stroke: 'var(--vscode-editorHoverWidget-border)',
        }),
      ),
    ],
  }) as SVGSVGElement;
  svg.querySelector('style')?.remove();
  svg.setAttribute('role', 'img');
  // The picture has one name; names on its groups, which have no role, are not allowed.
  for (const group of svg.querySelectorAll('g[aria-label]')) group.removeAttribute('aria-label');
  return svg;
}

const isPowerOfTen = (x: number): boolean => Math.abs(Math.log10(x) - Math.round(Math.log10(x))) < 1e-6;
