/** Shortens text in its middle, where class names differ least: "Golden-Delicious" → "Gold…cious". */

const graphemes = new Intl.Segmenter();

export type Measure = (text: string) => number;

/** The longest form of `text` that is at most `width` wide; at least its first letter and an ellipsis. */
export function fitMiddle(text: string, width: number, measure: Measure): string {
  if (measure(text) <= width) return text;
  const letters = Array.from(graphemes.segment(text), part => part.segment);
  let low = 1;
  let high = letters.length - 1;
  while (low < high) {
    const kept = Math.ceil((low + high) / 2);
    if (measure(shorten(letters, kept)) <= width) low = kept;
    else high = kept - 1;
  }
  return shorten(letters, low);
}

function shorten(letters: string[], kept: number): string {
  const tail = Math.floor(kept / 2);
  return `${letters.slice(0, kept - tail).join('')}…${tail === 0 ? '' : letters.slice(-tail).join('')}`;
}

/** Measures in the given CSS font and remembers the answers: a grid repeats few names many times. */
export function createFitter(font: string): (text: string, width: number) => string {
  const context = new OffscreenCanvas(1, 1).getContext('2d')!;
  context.font = font;
  const known = new Map<string, string>();
  return (text, width) => {
    const key = `${Math.floor(width)}:${text}`;
    let fitted = known.get(key);
    if (fitted === undefined) {
      if (known.size > 5000) known.clear();
      known.set(key, (fitted = fitMiddle(text, width, piece => context.measureText(piece).width)));
    }
    return fitted;
  };
}
