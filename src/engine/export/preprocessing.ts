/** `preprocessing.json`: what a picture must go through before it meets `model.onnx`, and what comes out. */
import { HeadwayError } from '../../shared/errors.ts';
import { readJson, writeJson } from '../files/atomic.ts';
import type { ImageRecipe } from '../images/decode.ts';

export interface Preprocessing {
  schema: 1;
  /** Name of the model's input: uint8 [batch, height, width, 3], RGB. */
  input: string;
  /** Name of the model's output: float32 [batch, classes]. */
  output: string;
  recipe: ImageRecipe;
  /** In the order of the output's columns. */
  classes: string[];
}

export const writePreprocessing = (file: string, value: Preprocessing): Promise<void> => writeJson(file, value);

/** Throws HeadwayError. */
export async function readPreprocessing(file: string): Promise<Preprocessing> {
  const value = (await readJson(file)) as Partial<Preprocessing>;
  if (!value.recipe || !value.classes || value.input === undefined || value.output === undefined)
    throw new HeadwayError('data', `${file} is not a preprocessing file of Headway; train the experiment again.`);
  return value as Preprocessing;
}
