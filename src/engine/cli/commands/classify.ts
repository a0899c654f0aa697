import path from 'node:path';
import type { Command } from 'commander';
import { percent } from '../../../shared/format.ts';
import { classifyImages } from '../../classify/classify.ts';
import type { Runner } from '../context.ts';

export function registerClassify(program: Command, run: Runner): void {
  program
    .command('classify <images...>')
    .description('the most probable classes of pictures')
    .option('--experiment <id>', 'who answers: an experiment, or imagenet (default: the latest good experiment)')
    .action((images: string[], { experiment }: { experiment?: string }) =>
      run(async ({ workspace, terminal, engine, signal }) => {
        const answer = await classifyImages(engine, workspace, {
          paths: images.map(image => path.resolve(image)),
          ...(experiment !== undefined && { experiment }),
          signal,
          onProgress: terminal.progress,
        });
        const by =
          answer.by.kind === 'experiment'
            ? `${answer.by.name} (${answer.by.id})`
            : `${answer.by.backbone}, ImageNet classes`;
        const lines = answer.images.map(image =>
          image.problem === undefined
            ? [image.path, ...image.top.map(t => `  ${percent(t.p).padStart(7)}  ${t.label}`)].join('\n')
            : `${image.path}\n  ! ${image.problem}`,
        );
        terminal.result({ by: answer.by, predictions: answer.images }, `Answered by ${by}\n\n${lines.join('\n')}`);
      }),
    );
}
