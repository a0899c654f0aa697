import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { HeadwayError, messageOf } from '../../shared/errors.ts';
import type { GardenPlan } from './plan.ts';
import type { GardenMark } from './truth.ts';

/** The text that lies beside the images: what they are, and whose drawings they show. @throws HeadwayError `io` without LICENSES.md. */
export async function gardenReadme(drawings: string, plan: GardenPlan, mark: GardenMark): Promise<string> {
  const file = path.join(drawings, 'LICENSES.md');
  const licences = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new HeadwayError('io', `The licences of the drawings cannot be read from ${file}: ${messageOf(cause)}`, {
      cause,
    });
  });
  return [
    '# Garden',
    '',
    `The sample data set of Headway: ${plan.images.length} made-up pictures of ${plan.classes.length} kinds of fruit and vegetables`,
    `(generator version ${mark.version}, seed ${mark.seed}). Add \`manifest.csv\` as a data set. The drawings of validation and test are not`,
    'seen in training; `group` in the manifest stands for the drawing.',
    '',
    'Some labels are wrong, some pictures are near-duplicates, and one of them leaks from training into test. `truth.json` lists them: look',
    'there last.',
    '',
    licences.replace(/^#/gm, '##'),
  ].join('\n');
}
