/** Draws media/icons/icon.png, the 128-pixel icon that the Marketplace and the Extensions view show, from icon.svg. */
import path from 'node:path';
import sharp from 'sharp';

const icons = path.join(import.meta.dirname, '..', 'media', 'icons');
await sharp(path.join(icons, 'icon.svg'), { density: 72 })
  .resize(128, 128)
  .png({ compressionLevel: 9, palette: false })
  .toFile(path.join(icons, 'icon.png'));
