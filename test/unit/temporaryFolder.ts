import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A folder that is gone when it goes out of scope. */
export function temporaryFolder(): { path: string } & Disposable {
  const folder = mkdtempSync(path.join(tmpdir(), 'headway-test-'));
  return { path: folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }) };
}
