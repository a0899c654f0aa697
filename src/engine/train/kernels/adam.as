// AssemblyScript, built by scripts/buildKernels.ts. Adam in one pass over a parameter, its moments and its gradient, all float32;
// addresses are bytes in the one memory. Where ONNX Runtime takes ten passes over memory, this takes one.

/**
 * Elements [from, to), both multiples of 4. g ← g + l2·w; m ← β₁·m + g; v ← β₂·v + g²; w ← kept·w − size·m / (√v + ε).
 * Each element by itself, so the result does not depend on how they are shared out among threads.
 */
export function update(
  w: usize, m: usize, v: usize, g: usize, from: i32, to: i32,
  beta1: f32, beta2: f32, size: f32, epsilon: f32, l2: f32, kept: f32,
): void {
  const B1 = f32x4.splat(beta1), B2 = f32x4.splat(beta2), A = f32x4.splat(size);
  const E = f32x4.splat(epsilon), L = f32x4.splat(l2), K = f32x4.splat(kept);
  for (let at: usize = (<usize>from) << 2, end: usize = (<usize>to) << 2; at < end; at += 16) {
    const W = v128.load(w + at);
    const G = f32x4.add(v128.load(g + at), f32x4.mul(W, L));
    const M = f32x4.add(f32x4.mul(v128.load(m + at), B1), G);
    const V = f32x4.add(f32x4.mul(v128.load(v + at), B2), f32x4.mul(G, G));
    v128.store(m + at, M);
    v128.store(v + at, V);
    v128.store(w + at, f32x4.sub(f32x4.mul(W, K), f32x4.div(f32x4.mul(M, A), f32x4.add(f32x4.sqrt(V), E))));
  }
}
