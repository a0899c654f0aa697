/** Where tiles lie in a virtual grid: pure arithmetic in CSS pixels, so that it can be tested without a browser. */

/** Chromium gives up placing things beyond 2^25 pixels; longer content is scrolled in proportion. */
export const MAX_SCROLL_HEIGHT = 30_000_000;

export const GAP = 12;

export interface GridInput {
  /** Inner width and height of the scroller. */
  width: number;
  height: number;
  /** Wished side of a tile's picture; a narrower grid makes it smaller, never larger. */
  tile: number;
  /** Height of what stands under the picture. */
  caption: number;
  count: number;
}

export interface GridLayout extends GridInput {
  columns: number;
  rows: number;
  /** From the left edge of a column to that of the next. */
  columnPitch: number;
  rowPitch: number;
  contentHeight: number;
  /** Height of the element that makes the scroller scroll. */
  scrollHeight: number;
}

export function layoutGrid(input: GridInput): GridLayout {
  const tile = Math.max(16, Math.min(input.tile, input.width));
  const columns = Math.max(1, Math.floor((input.width + GAP) / (tile + GAP)));
  const rows = Math.ceil(input.count / columns);
  const rowPitch = tile + input.caption + GAP;
  const columnPitch = columns === 1 ? tile : (input.width - tile) / (columns - 1);
  const contentHeight = rows * rowPitch;
  return {
    ...input,
    tile,
    columns,
    rows,
    // Room left over widens the gaps, but not so far that a row falls apart.
    columnPitch: Math.min(columnPitch, tile + 2 * GAP),
    rowPitch,
    contentHeight,
    scrollHeight: Math.min(contentHeight, MAX_SCROLL_HEIGHT),
  };
}

/** Pixels by which the content's own coordinates differ from the scroller's at this scroll position. */
function contentShift(layout: GridLayout, scrollTop: number): number {
  const scrollRange = layout.scrollHeight - layout.height;
  if (layout.scrollHeight === layout.contentHeight || scrollRange <= 0) return 0;
  return (scrollTop / scrollRange) * (layout.contentHeight - layout.height) - scrollTop;
}

export interface RowWindow {
  /** First row to draw and the row after the last. */
  first: number;
  end: number;
  /** The same without the rows drawn in reserve. */
  firstVisible: number;
  endVisible: number;
  /** Top of a row in the scroller's coordinates. */
  top: (row: number) => number;
}

export function windowOf(layout: GridLayout, scrollTop: number, reserve: number): RowWindow {
  const shift = contentShift(layout, scrollTop);
  const contentTop = Math.max(0, scrollTop + shift);
  const clamp = (row: number) => Math.max(0, Math.min(layout.rows, row));
  const firstVisible = clamp(Math.floor(contentTop / layout.rowPitch));
  const endVisible = clamp(Math.ceil((contentTop + layout.height) / layout.rowPitch));
  return {
    first: clamp(firstVisible - reserve),
    end: clamp(endVisible + reserve),
    firstVisible,
    endVisible,
    top: row => row * layout.rowPitch - shift,
  };
}

/** Scroll position that shows the row, as near to `scrollTop` as possible. */
export function scrollToShow(layout: GridLayout, scrollTop: number, row: number): number {
  const contentTop = scrollTop + contentShift(layout, scrollTop);
  const top = row * layout.rowPitch;
  const bottom = top + layout.rowPitch;
  let target = contentTop;
  if (top < contentTop) target = top;
  else if (bottom > contentTop + layout.height) target = bottom - layout.height;
  if (target === contentTop) return scrollTop;
  if (layout.scrollHeight === layout.contentHeight) return Math.max(0, target);
  const share = target / (layout.contentHeight - layout.height);
  return Math.max(0, share * (layout.scrollHeight - layout.height));
}

/** Where a key leads from tile `index`; undefined for keys that do not move. */
export function moveBy(key: string, index: number, layout: GridLayout): number | undefined {
  const last = layout.count - 1;
  if (last < 0) return undefined;
  const page = Math.max(1, Math.floor(layout.height / layout.rowPitch)) * layout.columns;
  // Up and down keep the column: a step that would leave the grid goes to its last tile or stays.
  const down = (step: number) => (index + step <= last ? index + step : last);
  const up = (step: number) => (index - step >= 0 ? index - step : index % layout.columns);
  switch (key) {
    case 'ArrowRight':
      return Math.min(last, index + 1);
    case 'ArrowLeft':
      return Math.max(0, index - 1);
    case 'ArrowDown':
      return down(layout.columns);
    case 'ArrowUp':
      return up(layout.columns);
    case 'PageDown':
      return down(page);
    case 'PageUp':
      return up(page);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return undefined;
  }
}
