// AssemblyScript, built by scripts/buildKernels.ts. The weight gradient of a dense layer, dW = dzᵀ·x, and the Adam update in one
// pass: the gradient is formed in registers and never written. All matrices are float32, row-major; w, m, v: [out, in].
// Addresses are bytes in the one memory. in is a multiple of 8, out of 4. Each weight is computed by the same operations in the same
// order whatever columns a call covers, so the result does not depend on how columns are shared out among threads.

/** dz [batch, out] → [out / 4][batch][4]: what 4 rows of the weight need lies together. */
export function packRows(dz: usize, into: usize, batch: i32, out: i32): void {
  const row: usize = (<usize>out) << 2;
  for (let o = 0; o < out; o += 4) {
    let at: usize = dz + ((<usize>o) << 2);
    for (let b = 0; b < batch; b++, at += row, into += 16) v128.store(into, v128.load(at));
  }
}

/** Columns [from, to) of x [batch, in] → [(to − from) / 8][batch][8]. */
function packColumns(x: usize, into: usize, batch: i32, width: i32, from: i32, to: i32): void {
  const row: usize = (<usize>width) << 2;
  for (let i = from; i < to; i += 8) {
    let at: usize = x + ((<usize>i) << 2);
    for (let b = 0; b < batch; b++, at += row, into += 32) {
      v128.store(into, v128.load(at));
      v128.store(into, v128.load(at, 16), 16);
    }
  }
}

/**
 * Updates columns [from, to) of all rows. g = dzᵀ·x + l2·w; m ← β₁·m + g; v ← β₂·v + g²; w ← kept·w − size·m / (√v + ε).
 * x [batch, in]; dz as packRows gives it; packed: room for (to − from)·batch floats.
 */
export function update(
  w: usize, m: usize, v: usize, x: usize, dz: usize, packed: usize,
  batch: i32, width: i32, out: i32, from: i32, to: i32,
  beta1: f32, beta2: f32, size: f32, epsilon: f32, l2: f32, kept: f32,
): void {
  packColumns(x, packed, batch, width, from, to);
  const B1 = f32x4.splat(beta1), B2 = f32x4.splat(beta2), A = f32x4.splat(size);
  const E = f32x4.splat(epsilon), L = f32x4.splat(l2), K = f32x4.splat(kept);
  const row: usize = (<usize>width) << 2;
  const block: usize = (<usize>batch) << 5;
  for (let o = 0; o < out; o += 4, dz += block >> 1) {
    let p: usize = packed;
    for (let i = from; i < to; i += 8) {
      // 4 rows × 8 columns in eight registers.
      let a0 = f32x4.splat(0), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0;
      let q: usize = dz;
      for (const end: usize = p + block; p < end; p += 32, q += 16) {
        const x0 = v128.load(p), x1 = v128.load(p, 16);
        let z = v128.load_splat<f32>(q);
        a0 = f32x4.relaxed_madd(z, x0, a0); a1 = f32x4.relaxed_madd(z, x1, a1);
        z = v128.load_splat<f32>(q, 4);
        b0 = f32x4.relaxed_madd(z, x0, b0); b1 = f32x4.relaxed_madd(z, x1, b1);
        z = v128.load_splat<f32>(q, 8);
        c0 = f32x4.relaxed_madd(z, x0, c0); c1 = f32x4.relaxed_madd(z, x1, c1);
        z = v128.load_splat<f32>(q, 12);
        d0 = f32x4.relaxed_madd(z, x0, d0); d1 = f32x4.relaxed_madd(z, x1, d1);
      }
      let at: usize = <usize>o * row + ((<usize>i) << 2);
      adam(w + at, m + at, v + at, a0, B1, B2, A, E, L, K); adam(w + at + 16, m + at + 16, v + at + 16, a1, B1, B2, A, E, L, K);
      at += row;
      adam(w + at, m + at, v + at, b0, B1, B2, A, E, L, K); adam(w + at + 16, m + at + 16, v + at + 16, b1, B1, B2, A, E, L, K);
      at += row;
      adam(w + at, m + at, v + at, c0, B1, B2, A, E, L, K); adam(w + at + 16, m + at + 16, v + at + 16, c1, B1, B2, A, E, L, K);
      at += row;
      adam(w + at, m + at, v + at, d0, B1, B2, A, E, L, K); adam(w + at + 16, m + at + 16, v + at + 16, d1, B1, B2, A, E, L, K);
    }
  }
}

/** The same update of elements [from, to) from their gradient; both multiples of 4. */
export function updateDirect(
  w: usize, m: usize, v: usize, g: usize, from: i32, to: i32,
  beta1: f32, beta2: f32, size: f32, epsilon: f32, l2: f32, kept: f32,
): void {
  const B1 = f32x4.splat(beta1), B2 = f32x4.splat(beta2), A = f32x4.splat(size);
  const E = f32x4.splat(epsilon), L = f32x4.splat(l2), K = f32x4.splat(kept);
  for (let at: usize = (<usize>from) << 2, end: usize = (<usize>to) << 2; at < end; at += 16)
    adam(w + at, m + at, v + at, v128.load(g + at), B1, B2, A, E, L, K);
}

@inline function adam(w: usize, m: usize, v: usize, g: v128, B1: v128, B2: v128, A: v128, E: v128, L: v128, K: v128): void {
  const W = v128.load(w);
  const G = f32x4.relaxed_madd(W, L, g);
  const M = f32x4.relaxed_madd(v128.load(m), B1, G);
  const V = f32x4.relaxed_madd(v128.load(v), B2, f32x4.mul(G, G));
  v128.store(m, M);
  v128.store(v, V);
  v128.store(w, f32x4.sub(f32x4.mul(W, K), f32x4.div(f32x4.mul(M, A), f32x4.add(f32x4.sqrt(V), E))));
}
