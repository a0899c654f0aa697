import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { holdLease, watchLease } from '../../../src/engine/run/lease.ts';
import { eventually } from '../headway.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

describe('lease', () => {
  it('expires once nobody touches the file, and only then', async () => {
    using folder = temporaryFolder();
    const file = path.join(folder.path, 'leases', 'a');
    let expired = 0;
    using _watch = watchLease(file, () => expired++, 10);
    const holder = setInterval(() => holdLease(file, assert.ifError)[Symbol.dispose](), 15);
    await delay(500);
    assert.equal(expired, 0);
    clearInterval(holder);
    // The timer of the watch does not keep the process alive; this wait does.
    await eventually(() => (expired > 0 ? true : undefined), 'expiry');
    await delay(100);
    assert.equal(expired, 1);
  });
});
