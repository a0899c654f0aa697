import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { Icon } from './icon.tsx';
import { useSize } from '../platform/useSize.ts';

export interface Column<R> {
  key: string;
  title: string;
  /** Said in full where the title is short. */
  description?: string;
  numeric?: boolean;
  cell: (row: R) => ComponentChildren;
  /** Value to sort by; columns without one are not sortable. */
  sort?: (row: R) => number | string;
}

export interface Sorting {
  key: string;
  descending: boolean;
}

interface VirtualTableProps<R> {
  label: string;
  columns: readonly Column<R>[];
  rows: readonly R[];
  sorting?: Sorting;
  onSort?: (sorting: Sorting) => void;
  /** A click on a row, or Enter on its first cell. */
  onRow?: (row: R) => void;
  rowTitle?: (row: R) => string;
  isMarked?: (row: R) => boolean;
}

/** As in the style sheet. */
const ROW_HEIGHT = 24;
const RESERVE = 4;

export function sortRows<R>(rows: readonly R[], columns: readonly Column<R>[], sorting: Sorting | undefined): R[] {
  const value = columns.find(column => column.key === sorting?.key)?.sort;
  if (!value || !sorting) return [...rows];
  const sign = sorting.descending ? -1 : 1;
  return rows.toSorted((a, b) => {
    const [x, y] = [value(a), value(b)];
    return sign * (typeof x === 'string' || typeof y === 'string' ? String(x).localeCompare(String(y)) : x - y);
  });
}

/** A sortable table of which only the rows in sight exist. */
export function VirtualTable<R>(props: VirtualTableProps<R>) {
  const { columns, sorting, onRow } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const { height } = useSize(scroller);
  const [scrollTop, setScrollTop] = useState(0);
  const [focus, setFocus] = useState(0);
  const rows = sortRows(props.rows, columns, sorting);
  const last = rows.length - 1;
  const first = Math.max(0, Math.min(rows.length, Math.floor(scrollTop / ROW_HEIGHT)) - RESERVE);
  const end = Math.min(rows.length, first + Math.ceil(height / ROW_HEIGHT) + 2 * RESERVE + 1);
  // The row that can be reached with Tab must exist.
  const reachable = Math.max(first, Math.min(focus, end - 1));

  const focusRow = (index: number) => {
    setFocus(index);
    const element = scroller.current;
    if (!element) return;
    const top = index * ROW_HEIGHT;
    // The sticky header covers one row.
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + 2 * ROW_HEIGHT > element.scrollTop + element.clientHeight)
      element.scrollTop = top + 2 * ROW_HEIGHT - element.clientHeight;
    requestAnimationFrame(() =>
      requestAnimationFrame(() => element.querySelector<HTMLElement>(`[data-row="${index}"] button`)?.focus()),
    );
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!onRow || !(event.target as HTMLElement).closest('tbody')) return;
    const page = Math.max(1, Math.floor(height / ROW_HEIGHT) - 2);
    const moves: Record<string, number> = {
      ArrowDown: reachable + 1,
      ArrowUp: reachable - 1,
      PageDown: reachable + page,
      PageUp: reachable - page,
      Home: 0,
      End: last,
    };
    const next = moves[event.key];
    if (next === undefined) return;
    event.preventDefault();
    focusRow(Math.max(0, Math.min(last, next)));
  };

  return (
    <div
      ref={scroller}
      class="table-scroller"
      tabIndex={onRow ? -1 : 0}
      role="group"
      aria-label={props.label}
      onScroll={event => setScrollTop(event.currentTarget.scrollTop)}
      onKeyDown={onKeyDown}
    >
      <table class={onRow ? 'table clickable' : 'table'} aria-rowcount={rows.length + 1} aria-label={props.label}>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map(column => (
              <HeaderCell key={column.key} column={column} sorting={sorting} onSort={props.onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {first > 0 && <Spacer rows={first} columns={columns.length} />}
          {rows.slice(first, end).map((row, i) => (
            <tr
              key={(first + i) % (end - first)}
              data-row={first + i}
              aria-rowindex={first + i + 2}
              class={props.isMarked?.(row) ? 'marked' : ''}
              title={props.rowTitle?.(row)}
              onClick={onRow && (() => onRow(row))}
            >
              {columns.map((column, c) => (
                <td key={column.key} class={column.numeric ? 'number' : ''}>
                  {onRow && c === 0 ? (
                    <button
                      type="button"
                      tabIndex={first + i === reachable ? 0 : -1}
                      onFocus={() => setFocus(first + i)}
                    >
                      {column.cell(row)}
                    </button>
                  ) : (
                    column.cell(row)
                  )}
                </td>
              ))}
            </tr>
          ))}
          {end < rows.length && <Spacer rows={rows.length - end} columns={columns.length} />}
        </tbody>
      </table>
    </div>
  );
}

const Spacer = ({ rows, columns }: { rows: number; columns: number }) => (
  <tr class="spacer" aria-hidden="true" style={{ height: `${rows * ROW_HEIGHT}px` }}>
    <td colSpan={columns} />
  </tr>
);

interface HeaderCellProps<R> {
  column: Column<R>;
  sorting: Sorting | undefined;
  onSort: ((sorting: Sorting) => void) | undefined;
}

function HeaderCell<R>({ column, sorting, onSort }: HeaderCellProps<R>) {
  const sorted = sorting?.key === column.key ? sorting : undefined;
  const order = sorted && (sorted.descending ? 'descending' : 'ascending');
  if (!column.sort || !onSort)
    return (
      <th scope="col" class={column.numeric ? 'number' : ''} title={column.description}>
        {column.title}
      </th>
    );
  return (
    <th scope="col" class={column.numeric ? 'number' : ''} aria-sort={order ?? 'none'}>
      <button
        type="button"
        title={column.description ?? `Sort by ${column.title}`}
        onClick={() => onSort({ key: column.key, descending: sorted ? !sorted.descending : column.numeric === true })}
      >
        {column.title}
        <Icon name={order === 'ascending' ? 'arrow-up' : order ? 'arrow-down' : 'blank'} />
      </button>
    </th>
  );
}
