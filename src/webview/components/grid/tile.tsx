import { useLayoutEffect, useRef } from 'preact/hooks';
import type { PredictionRow } from '../../../shared/experiment.ts';
import { chance } from '../chance.ts';
import type { Thumbnails } from './thumbnails.ts';

export interface TileProps {
  id: string;
  column: number;
  left: number;
  size: number;
  pixelRatio: number;
  active: boolean;
  row: PredictionRow | undefined;
  classes: readonly string[];
  thumbnails: Thumbnails;
  fit: (text: string, width: number) => string;
}

/** Below this side a tile has no room for probabilities. */
export const SIZE_WITH_NUMBERS = 96;

export function describe(row: PredictionRow, classes: readonly string[]): string {
  const label = nameOf(row.label, classes);
  if (row.predicted === row.label) return `${label}, predicted rightly with ${chance(row.p)}. ${row.path}`;
  const predicted = nameOf(row.predicted, classes);
  return `${label}, wrongly predicted as ${predicted} with ${chance(row.p)} against ${chance(row.pLabel)}. ${row.path}`;
}

export const nameOf = (label: number, classes: readonly string[]): string => classes[label] ?? `class ${label}`;

/** One image: the picture, below it the given label and, only where it is wrong, the prediction with a bar of both probabilities. */
export function Tile(props: TileProps) {
  const { id, column, left, size, active, row, classes, fit } = props;
  const canvas = usePicture(props);
  const wrong = row !== undefined && row.predicted !== row.label;
  const numbers = size >= SIZE_WITH_NUMBERS;
  const probability = numbers && row ? chance(row.p) : '';
  return (
    <div
      id={id}
      role="gridcell"
      aria-colindex={column + 1}
      aria-busy={row === undefined}
      aria-selected={active}
      class={`tile${active ? ' active' : ''}${wrong ? ' wrong' : ''}${wrong && numbers ? ' barred' : ''}`}
      style={{
        left: `${left}px`,
        width: `${size}px`,
        '--p': wrong ? row.p : 0,
        '--p-label': wrong ? row.pLabel : 0,
      }}
      title={
        row
          ? `${nameOf(row.label, classes)}${wrong ? ` → ${nameOf(row.predicted, classes)}` : ''}\n${row.path}`
          : undefined
      }
    >
      <canvas
        ref={canvas}
        role="img"
        aria-label={row ? describe(row, classes) : 'Loading'}
        style={{ width: `${size}px`, height: `${size}px` }}
      />
      <div class="tile-label" aria-hidden="true">
        {row ? fit(nameOf(row.label, classes), size) : ''}
      </div>
      {wrong && (
        <div class="tile-predicted" aria-hidden="true">
          {fit(nameOf(row.predicted, classes), size - 15 - (numbers ? (probability.length > 4 ? 42 : 34) : 0))}
          {numbers && <span>{probability}</span>}
        </div>
      )}
    </div>
  );
}

/** Keeps the tile's canvas showing the row's thumbnail, whole and centred. */
function usePicture({ row, size, pixelRatio, thumbnails }: TileProps) {
  const ref = useRef<HTMLCanvasElement>(null);
  const path = row?.path;
  useLayoutEffect(() => {
    const canvas = ref.current;
    if (!canvas) return;
    const side = Math.round(size * pixelRatio);
    const draw = () => {
      const bitmap = path === undefined ? undefined : thumbnails.get(path);
      // Setting a canvas's width clears it, and is slow: only where the size really changed.
      if (canvas.width !== side) canvas.width = canvas.height = side;
      const context = canvas.getContext('2d')!;
      context.clearRect(0, 0, side, side);
      canvas.dataset['state'] = bitmap
        ? 'shown'
        : path !== undefined && thumbnails.isBroken(path)
          ? 'broken'
          : 'waiting';
      if (path === undefined) delete canvas.dataset['path'];
      else canvas.dataset['path'] = path;
      if (!bitmap) return;
      const scale = Math.min(side / bitmap.width, side / bitmap.height);
      const width = bitmap.width * scale;
      const height = bitmap.height * scale;
      context.imageSmoothingQuality = 'medium';
      context.drawImage(bitmap, (side - width) / 2, (side - height) / 2, width, height);
    };
    draw();
    return path === undefined ? undefined : thumbnails.watch(path, draw);
  }, [path, size, pixelRatio, thumbnails]);
  return ref;
}
