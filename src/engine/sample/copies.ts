import sharp from 'sharp';
import type { CopyKind } from './plan.ts';
import { Random } from './random.ts';

/** A near-duplicate of a JPEG file: the same picture saved again, smaller, a little cropped, or mirrored. */
export async function nearDuplicate(jpeg: Buffer, kind: CopyKind, seed: string): Promise<Buffer> {
  const random = new Random(seed);
  const picture = sharp(jpeg);
  const { width, height } = await picture.metadata();
  switch (kind) {
    case 'reencoded':
      break;
    case 'resized':
      picture.resize({ width: Math.round(width * random.range(0.7, 0.85)) });
      break;
    case 'cropped': {
      const keep = random.range(0.93, 0.97);
      const box = { width: Math.round(width * keep), height: Math.round(height * keep) };
      picture.extract({ left: random.int(0, width - box.width), top: random.int(0, height - box.height), ...box });
      break;
    }
    case 'mirrored':
      picture.flop();
      break;
  }
  return picture.jpeg({ quality: random.int(60, 85) }).toBuffer();
}
