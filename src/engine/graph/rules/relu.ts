import { unary } from './rule.ts';
import { stepAbove } from './shapesOf.ts';

/** Masked by the output, not the input, so ONNX Runtime may still fuse Conv + Relu. 0 at 0, as PyTorch. */
export const relu = unary((b, { output, dy }) => b.add('Mul', [dy, stepAbove(b, output(0), b.constant(0))]));
