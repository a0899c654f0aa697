// Entry of the probe process when the tests run from source.
import { runProbe } from '../../../src/engine/runtime/probe.ts';

await runProbe();
