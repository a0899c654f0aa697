/** A process that writes features for ever: `node writer.ts CACHE SEED`. Each group is one transaction; a mark is printed after it. */
import { openStore } from '../../../src/engine/store/store.ts';
import { DIMENSIONS, featureOf, nameOf, putRows } from './features.ts';

const [directory = '', seed = ''] = process.argv.slice(2);
const GROUP = 16;
using store = openStore(directory, message => process.stderr.write(`${message}\n`));
for (let group = 0; ; group++) {
  const hashes = Array.from({ length: GROUP }, (_, i) => nameOf(Number(seed), group * GROUP + i));
  const values = new Float32Array(GROUP * DIMENSIONS);
  for (const [i, hash] of hashes.entries()) values.set(featureOf(hash), i * DIMENSIONS);
  putRows(store, hashes, values);
  store.putFiles([{ path: `/${seed}`, size: group, mtime: group, hash: hashes[0]! }]);
  process.stdout.write('.');
}
