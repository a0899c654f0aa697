// Chromium for the tests that need a browser.
import { existsSync } from 'node:fs';
import process from 'node:process';
import { step } from './run.mjs';

const PLACES = {
  linux: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'],
  darwin: [
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ],
  win32: [
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
  ],
};

/** @returns {string | undefined} the browser named by CHROMIUM, else one in its usual place */
export function findBrowser() {
  const named = process.env.CHROMIUM;
  return [...(named ? [named] : []), ...(PLACES[process.platform] ?? [])].find(f => existsSync(f));
}

/** Installs Debian's Chromium (and the Vulkan loader that software WebGPU needs) where that is possible; elsewhere says what to install. */
export async function installBrowser() {
  if (findBrowser()) return;
  if (process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await step('updating the list of packages (apt-get update)', 'apt-get', ['update', '-q'], { env });
    const args = ['install', '-q', '-y', '--no-install-recommends', 'chromium', 'fonts-liberation', 'libvulkan1'];
    await step('installing Chromium (apt-get install)', 'apt-get', args, { env });
    return;
  }
  console.error(
    'headway: the tests in a browser need Chromium or Chrome: install one, or set CHROMIUM to the path of its program.',
  );
}
