import type { ThumbnailPage } from '../../shared/engineApi.ts';

/**
 * The page in memory of its own. What arrives over fork IPC are views (and Buffers) into one large message, and VS Code sends the whole
 * buffer under a view and knows only plain typed arrays.
 */
export const copyPage = (page: ThumbnailPage): ThumbnailPage => ({
  bytes: new Uint8Array(page.bytes),
  offsets: new Uint32Array(page.offsets),
});
