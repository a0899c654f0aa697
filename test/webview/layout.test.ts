import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  layoutGrid,
  MAX_SCROLL_HEIGHT,
  moveBy,
  scrollToShow,
  windowOf,
} from '../../src/webview/components/grid/layout.ts';

const inputs = fc.record({
  width: fc.integer({ min: 200, max: 2400 }),
  height: fc.integer({ min: 200, max: 1600 }),
  tile: fc.integer({ min: 64, max: 256 }),
  caption: fc.integer({ min: 0, max: 50 }),
  count: fc.integer({ min: 1, max: 1_000_000 }),
});

test('tiles keep their size and never leave the width', () => {
  fc.assert(
    fc.property(inputs, input => {
      const layout = layoutGrid(input);
      assert.equal(layout.tile, Math.min(input.tile, input.width));
      assert.ok((layout.columns - 1) * layout.columnPitch + layout.tile <= input.width + 1e-6);
      assert.ok(layout.rows * layout.columns >= input.count);
      assert.ok((layout.rows - 1) * layout.columns < input.count);
      assert.ok(layout.scrollHeight <= MAX_SCROLL_HEIGHT);
    }),
  );
});

test('a row scrolled to lies wholly inside the view, also where the content is longer than a browser can scroll', () => {
  fc.assert(
    fc.property(
      inputs,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (input, at, from) => {
        const layout = layoutGrid(input);
        const row = Math.min(layout.rows - 1, Math.floor(at * layout.rows));
        const scrollTop = scrollToShow(layout, from * Math.max(0, layout.scrollHeight - layout.height), row);
        const top = windowOf(layout, scrollTop, 0).top(row) - scrollTop;
        // A row higher than the view cannot fit; a pixel is lost to rounding.
        if (layout.rowPitch > layout.height) return;
        assert.ok(top >= -1, `top ${top}`);
        assert.ok(top + layout.rowPitch <= layout.height + 1 || layout.contentHeight <= layout.height, `bottom ${top}`);
      },
    ),
  );
});

test('the rows drawn cover the view at every scroll position', () => {
  fc.assert(
    fc.property(inputs, fc.double({ min: 0, max: 1, noNaN: true }), (input, at) => {
      const layout = layoutGrid(input);
      const scrollTop = at * Math.max(0, layout.scrollHeight - layout.height);
      const rows = windowOf(layout, scrollTop, 1);
      assert.ok(rows.top(rows.first) <= scrollTop + 1 || rows.first === 0);
      assert.ok(rows.end === layout.rows || rows.top(rows.end) >= scrollTop + layout.height - 1);
      assert.ok(rows.end - rows.first <= Math.ceil(layout.height / layout.rowPitch) + 3);
    }),
  );
});

test('keys move as in a grid and stay inside it', () => {
  const layout = layoutGrid({ width: 548, height: 500, tile: 128, caption: 46, count: 10 });
  assert.equal(layout.columns, 4);
  assert.equal(moveBy('ArrowRight', 3, layout), 4);
  assert.equal(moveBy('ArrowLeft', 0, layout), 0);
  assert.equal(moveBy('ArrowDown', 1, layout), 5);
  assert.equal(moveBy('ArrowDown', 7, layout), 9);
  assert.equal(moveBy('ArrowUp', 1, layout), 1);
  assert.equal(moveBy('PageDown', 0, layout), 8);
  assert.equal(moveBy('PageUp', 9, layout), 1);
  assert.equal(moveBy('Home', 9, layout), 0);
  assert.equal(moveBy('End', 0, layout), 9);
  assert.equal(moveBy('x', 0, layout), undefined);
  fc.assert(
    fc.property(
      inputs,
      fc.constantFrom('ArrowUp', 'ArrowDown', 'PageUp', 'PageDown', 'End'),
      fc.nat(),
      (input, key, n) => {
        const any = layoutGrid(input);
        const next = moveBy(key, n % input.count, any)!;
        assert.ok(next >= 0 && next < input.count);
      },
    ),
  );
});
