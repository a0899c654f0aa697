/** Reads experiments for panels; predictions of the last few are kept in memory, since a panel asks for them page by page. */
import { stat } from 'node:fs/promises';
import { HeadwayError } from '../../shared/errors.ts';
import type { ExperimentDetail, PredictionPage, PredictionQuery } from '../../shared/experiment.ts';
import { datasetRoot } from '../datasets/dataset.ts';
import { reportSplit } from '../evaluate/metrics.ts';
import { summarize } from '../experiments/experimentFiles.ts';
import { readHistory } from '../experiments/historyFile.ts';
import { selectPredictions } from '../experiments/predictionPage.ts';
import { predictionsOf, readPredictions, splitsPresent, type PredictionTable } from '../experiments/predictionsFile.ts';
import { isMissing } from '../files/atomic.ts';
import { experimentPath } from '../files/workspace.ts';

const KEPT = 4;

export class ExperimentReader {
  readonly #tables = new Map<string, { stamp: string; table: Promise<PredictionTable> }>();

  /** Throws HeadwayError('not-found') when the experiment or its data set is gone. */
  async detail(workspace: string, id: string): Promise<ExperimentDetail> {
    const summary = await summarize(workspace, id);
    const history = await readHistory(experimentPath(workspace, id, 'history.csv'));
    const table = await this.#table(workspace, id);
    return {
      ...summary,
      history,
      reports: table
        ? splitsPresent(table).map(split => reportSplit(split, predictionsOf(table, split), table.classes))
        : [],
      imageRoot: await datasetRoot(workspace, summary.file.config.dataset),
    };
  }

  async predictions({ workspace, id, ...query }: PredictionQuery): Promise<PredictionPage> {
    const table = await this.#table(workspace, id);
    if (!table) throw new HeadwayError('not-found', `Experiment ${id} has no predictions yet.`);
    return selectPredictions(table, query);
  }

  async #table(workspace: string, id: string): Promise<PredictionTable | undefined> {
    const file = experimentPath(workspace, id, 'predictions.parquet');
    let stamp: string;
    try {
      const { mtimeMs, size } = await stat(file);
      stamp = `${mtimeMs}/${size}`;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
    const known = this.#tables.get(file);
    this.#tables.delete(file);
    const entry = known?.stamp === stamp ? known : { stamp, table: readPredictions(file) };
    this.#tables.set(file, entry);
    for (const oldest of this.#tables.keys()) {
      if (this.#tables.size <= KEPT) break;
      this.#tables.delete(oldest);
    }
    return entry.table;
  }
}
