import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { themeVersion } from '../../platform/theme.ts';
import { useSize } from '../../platform/useSize.ts';
import { layoutGrid, moveBy, scrollToShow, windowOf, type GridLayout, type RowWindow } from './layout.ts';
import { createFitter } from './fitText.ts';
import type { RowSource } from './rowSource.ts';
import { thumbnailSize, type Thumbnails } from './thumbnails.ts';
import { SIZE_WITH_NUMBERS, Tile } from './tile.tsx';

export interface GridProps {
  label: string;
  source: RowSource;
  thumbnails: Thumbnails;
  classes: readonly string[];
  tile: number;
  /** Index of the tile that has the keyboard. */
  active: number;
  /** Index of the first tile to show at first, to come back to where one was. */
  start: number;
  onActive: (index: number) => void;
  onOpen: (path: string) => void;
  /** Escape: one step back. */
  onBack: () => void;
  /** Index of the first tile in sight. */
  onScrolledTo: (index: number) => void;
  /** Ctrl+wheel, in steps. */
  onResize: (steps: number) => void;
}

const RESERVE_ROWS = 1;
/** Room for the focus ring around the outermost tiles, as in the style sheet. */
const MARGIN = 4;
const LINE = 17;
/** Two lines, and the bar where there is room for one. */
const captionHeight = (tile: number): number => 2 * LINE + (tile >= SIZE_WITH_NUMBERS ? 12 : 6);

/** A grid of images of any number: only the rows in sight exist, rows and pictures are fetched as they come into sight. */
export function Grid(props: GridProps) {
  const { source, thumbnails, classes, active, onActive, onOpen, onBack } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const size = useSize(scroller);
  const count = source.counts.value?.matching ?? 0;
  const caption = captionHeight(props.tile);
  const layout = useMemo(
    () => layoutGrid({ width: size.width - 2 * MARGIN, height: size.height, tile: props.tile, caption, count }),
    [size, props.tile, caption, count],
  );
  const [scrollTop, setScrollTop] = useState(0);
  const rows = windowOf(layout, scrollTop, RESERVE_ROWS);
  useKeepPlace(scroller, layout, props, setScrollTop);
  useFetching(layout, rows, source, thumbnails);
  const fit = useFitter(scroller);
  useCtrlWheel(scroller, props.onResize);

  const go = (index: number) => {
    onActive(index);
    const element = scroller.current;
    if (!element) return;
    const target = scrollToShow(layout, element.scrollTop, Math.floor(index / layout.columns));
    if (target !== element.scrollTop) element.scrollTop = target;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const next = moveBy(event.key, active, layout);
    if (next !== undefined) go(next);
    else if (event.key === 'Enter') {
      const row = source.row(active);
      if (row) onOpen(row.path);
    } else if (event.key === 'Escape') onBack();
    else return;
    event.preventDefault();
  };
  const indexAt = (event: Event): number | undefined => {
    const cell = (event.target as HTMLElement).closest<HTMLElement>('[role=gridcell]');
    return cell ? Number(cell.id.slice(CELL.length)) : undefined;
  };

  // Rows keep their elements: scrolled by one row, the row that left at one end is filled anew at the other.
  const pool = Math.max(1, Math.ceil(layout.height / layout.rowPitch) + 1 + 2 * RESERVE_ROWS);
  const shown: number[] = [];
  for (let row = rows.first; row < rows.end; row++) shown.push(row);
  return (
    <div
      ref={scroller}
      class="grid"
      role="grid"
      tabIndex={0}
      aria-label={props.label}
      aria-rowcount={layout.rows}
      aria-colcount={layout.columns}
      aria-activedescendant={count > 0 && isWithin(active, rows, layout) ? `${CELL}${active}` : undefined}
      onKeyDown={onKeyDown}
      onClick={event => {
        const index = indexAt(event);
        if (index !== undefined) onActive(index);
      }}
      onDblClick={event => {
        const row = source.row(indexAt(event) ?? -1);
        if (row) onOpen(row.path);
      }}
      onScroll={event => {
        setScrollTop(event.currentTarget.scrollTop);
        const index = windowOf(layout, event.currentTarget.scrollTop, 0).firstVisible * layout.columns;
        props.onScrolledTo(index);
      }}
    >
      <div class="grid-content" role="presentation" style={{ height: `${layout.scrollHeight}px` }}>
        {shown.map(row => (
          <div
            key={row % pool}
            class="grid-row"
            role="row"
            aria-rowindex={row + 1}
            style={{ transform: `translateY(${rows.top(row)}px)`, height: `${layout.rowPitch}px` }}
          >
            {columnsOf(row, layout).map(column => {
              const index = row * layout.columns + column;
              return (
                <Tile
                  key={column}
                  id={`${CELL}${index}`}
                  column={column}
                  left={column * layout.columnPitch}
                  size={layout.tile}
                  pixelRatio={window.devicePixelRatio}
                  active={index === active}
                  row={source.row(index)}
                  classes={classes}
                  thumbnails={thumbnails}
                  fit={fit}
                />
              );
            })}
          </div>
        ))}
      </div>
    </div>
  );
}

const CELL = 'tile-';

const isWithin = (index: number, rows: RowWindow, layout: GridLayout): boolean =>
  index >= rows.first * layout.columns && index < rows.end * layout.columns;

function columnsOf(row: number, layout: GridLayout): number[] {
  const length = Math.min(layout.columns, layout.count - row * layout.columns);
  return Array.from({ length }, (_, column) => column);
}

/** The first tile in sight stays in sight when tiles change size, the grid changes width, or other rows are shown. */
function useKeepPlace(
  scroller: { current: HTMLDivElement | null },
  layout: GridLayout,
  { source, start }: GridProps,
  setScrollTop: (top: number) => void,
): void {
  const place = useRef({ source, index: start });
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element || layout.count === 0 || layout.height === 0) return;
    if (place.current.source !== source) place.current = { source, index: 0 };
    const row = Math.floor(place.current.index / layout.columns);
    const shift = windowOf(layout, 0, 0).top(row);
    const top = layout.scrollHeight === layout.contentHeight ? shift : scrollToShow(layout, 0, row);
    element.scrollTop = top;
    const set = element.scrollTop;
    setScrollTop(set);
    const remember = () => {
      // Our own scrolling is no news: it would round the place down to the start of its row at every change of size.
      if (element.scrollTop !== set)
        place.current.index = windowOf(layout, element.scrollTop, 0).firstVisible * layout.columns;
    };
    element.addEventListener('scroll', remember);
    return () => element.removeEventListener('scroll', remember);
  }, [layout, source]);
}

/** Asks for the rows in sight and their pictures, then for a screen's worth on either side. */
function useFetching(layout: GridLayout, rows: RowWindow, source: RowSource, thumbnails: Thumbnails): void {
  const { columns } = layout;
  const { firstVisible, endVisible } = rows;
  const version = source.version.value;
  useLayoutEffect(() => {
    const screen = endVisible - firstVisible;
    const from = firstVisible * columns;
    const end = Math.max(1, endVisible * columns);
    const before = Math.max(0, (firstVisible - screen) * columns);
    const after = Math.min(Math.max(1, layout.count), (endVisible + screen) * columns);
    source.need(before, after);
    const paths: string[] = [];
    const add = (a: number, b: number) => {
      for (let i = a; i < b; i++) {
        const row = source.row(i);
        if (row) paths.push(row.path);
      }
    };
    add(from, end);
    add(end, after);
    add(before, from);
    if (layout.height > 0) thumbnails.want(paths, thumbnailSize(layout.tile, window.devicePixelRatio));
  }, [layout, firstVisible, endVisible, columns, source, version, thumbnails]);
}

function useFitter(scroller: { current: HTMLElement | null }): (text: string, width: number) => string {
  const theme = themeVersion.value;
  const [fit, setFit] = useState<{ fit: (text: string, width: number) => string }>({ fit: text => text });
  useLayoutEffect(() => {
    const style = getComputedStyle(scroller.current!);
    setFit({ fit: createFitter(`12px ${style.fontFamily}`) });
  }, [theme]);
  return fit.fit;
}

function useCtrlWheel(scroller: { current: HTMLElement | null }, onResize: (steps: number) => void): void {
  const latest = useRef(onResize);
  latest.current = onResize;
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const onWheel = (event: WheelEvent) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      latest.current(event.deltaY < 0 ? 1 : -1);
    };
    // Not passive, or the page would zoom.
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, []);
}
