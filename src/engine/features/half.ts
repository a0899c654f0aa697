/** IEEE 754 half precision to and from float32, by table (J. van der Zijp, Fast Half Float Conversions, 2008). */

const FROM_HALF = new Float32Array(65_536);
const TO_HALF_BASE = new Uint16Array(512);
/** 0: the mantissa does not count (too small, or infinite). */
const TO_HALF_SHIFT = new Uint8Array(512);

for (let h = 0; h < 65_536; h++) {
  const exponent = (h >> 10) & 0x1f;
  const mantissa = h & 0x3ff;
  const sign = h & 0x8000 ? -1 : 1;
  FROM_HALF[h] =
    exponent === 0
      ? sign * mantissa * 2 ** -24
      : exponent === 31
        ? mantissa === 0
          ? sign * Infinity
          : Number.NaN
        : sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}
for (let i = 0; i < 256; i++) {
  const e = i - 127;
  const set = (base: number, shift: number) => {
    TO_HALF_BASE[i] = base;
    TO_HALF_BASE[i | 256] = base | 0x8000;
    TO_HALF_SHIFT[i] = shift;
    TO_HALF_SHIFT[i | 256] = shift;
  };
  if (e < -25) set(0, 0);
  else if (e < -14) set(0, -e - 1);
  else if (e <= 15) set((e + 15) << 10, 13);
  else if (e < 128) set(0x7c00, 0);
  else set(0x7c00, 13);
}

/** `into` has the length of `halves`. */
export function halfToNumber(halves: Uint16Array, into: Float32Array): void {
  for (let i = 0; i < halves.length; i++) into[i] = FROM_HALF[halves[i]!]!;
}

const bits = new Uint32Array(1);
const float = new Float32Array(bits.buffer);

/** Rounds to nearest, halves up. Values beyond ±65,504 become infinite. */
export function numberToHalf(values: Float32Array, into: Uint16Array): void {
  for (let i = 0; i < values.length; i++) {
    float[0] = values[i]!;
    const f = bits[0]!;
    const index = f >>> 23;
    const exponent = index & 0xff;
    const shift = TO_HALF_SHIFT[index]!;
    // Denormal halves need the hidden bit that normal ones leave out.
    const mantissa = (f & 0x7fffff) | (exponent < 113 && exponent >= 102 ? 0x800000 : 0);
    const rounded = shift > 0 ? (mantissa >>> shift) + ((mantissa >>> (shift - 1)) & 1) : 0;
    into[i] = exponent === 255 && (f & 0x7fffff) !== 0 ? 0x7e00 : TO_HALF_BASE[index]! + rounded;
  }
}
