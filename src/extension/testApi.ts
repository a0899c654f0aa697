import type { App } from './app.ts';
import type { DatasetTree } from './datasets/tree.ts';
import type { Engine } from './engine/engine.ts';
import type { ExperimentTree } from './experiments/tree.ts';

/** What `activate` gives to integration tests, and to nobody else. */
export interface TestApi {
  app: App;
  engine: Engine;
  datasets: DatasetTree;
  experiments: ExperimentTree;
}
