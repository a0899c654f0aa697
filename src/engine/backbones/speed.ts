import type { Store } from '../store/store.ts';
import type { Backbone } from './backbone.ts';

const key = ({ sha256 }: Pick<Backbone, 'sha256'>): string => `backbone speed ${sha256}`;

/** Remembers the images per second of an extraction, decoding included. */
export const rememberBackboneSpeed = (store: Store, backbone: Backbone, imagesPerSecond: number): void =>
  store.putSetting(key(backbone), String(imagesPerSecond));

export function speedOf(store: Store, backbone: Backbone): number | undefined {
  const text = store.setting(key(backbone));
  return text === undefined ? undefined : Number(text);
}
