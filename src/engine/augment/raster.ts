/** Pixels in memory: uint8 RGB [height, width, 3]. Operations give new pixels and leave their argument alone. */
export interface Raster {
  data: Uint8Array;
  width: number;
  height: number;
}

/** A colour, 0 to 255 each. */
export type Colour = readonly [number, number, number];

/** Rec. 601 luma as Pillow rounds it (`convert("L")`), 0 to 255. */
export function luma(r: number, g: number, b: number): number {
  return (r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16;
}

/** Applies one table of 256 values to all channels, or one of 768 with a part for each channel. */
export function mapValues(image: Raster, table: Uint8Array): Raster {
  const { data } = image;
  const out = new Uint8Array(data.length);
  const [green, blue] = table.length === 768 ? [256, 512] : [0, 0];
  for (let i = 0; i < data.length; i += 3) {
    out[i] = table[data[i]!]!;
    out[i + 1] = table[green + data[i + 1]!]!;
    out[i + 2] = table[blue + data[i + 2]!]!;
  }
  return { ...image, data: out };
}

/** Mean of each channel, rounded. */
export function meanColour({ data }: Raster): Colour {
  let r = 0;
  let g = 0;
  let b = 0;
  for (let i = 0; i < data.length; i += 3) {
    r += data[i]!;
    g += data[i + 1]!;
    b += data[i + 2]!;
  }
  const pixels = data.length / 3;
  return [Math.round(r / pixels), Math.round(g / pixels), Math.round(b / pixels)];
}
