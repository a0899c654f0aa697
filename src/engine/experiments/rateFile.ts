import { stringify } from 'csv-stringify/sync';
import type { RateFinding } from '../../shared/experiment.ts';
import { writeFileAtomic } from '../files/atomic.ts';

/** `lr-finder.csv`: rate, loss, smoothed; one row per step of the range test. */
export const writeRateFinding = (file: string, { points }: RateFinding): Promise<void> =>
  writeFileAtomic(file, stringify(points, { header: true, columns: ['rate', 'loss', 'smoothed'] }));
