import { homedir } from 'node:os';
import path from 'node:path';

/** The user's cache folder for Headway by the custom of the platform. `HEADWAY_CACHE` overrides it. */
export function defaultCacheDirectory(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
): string {
  if (env.HEADWAY_CACHE) return path.resolve(env.HEADWAY_CACHE);
  if (platform === 'win32')
    return path.join(env.LOCALAPPDATA ?? path.join(home, 'AppData', 'Local'), 'headway', 'Cache');
  if (platform === 'darwin') return path.join(home, 'Library', 'Caches', 'headway');
  const xdg = env.XDG_CACHE_HOME;
  // The XDG specification has relative values ignored.
  return path.join(xdg && path.isAbsolute(xdg) ? xdg : path.join(home, '.cache'), 'headway');
}
