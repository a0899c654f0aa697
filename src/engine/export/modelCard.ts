import { SPLITS } from '../../shared/dataset.ts';
import type { ExperimentFile, MetricsBySplit } from '../../shared/experiment.ts';
import { percent, proportion } from '../../shared/format.ts';
import type { Backbone } from '../backbones/registry.ts';

/** `README.md` beside the model: what it is, how well it does, and what it may be used for. */
export function modelCard(file: ExperimentFile, metrics: MetricsBySplit, backbone: Backbone): string {
  const rows = SPLITS.flatMap(split => {
    const m = metrics[split];
    return m
      ? [
          `| ${split} | ${proportion(m.accuracy)} | ${percent(m.top5)} | ${m.macroF1.toFixed(3)} | ${m.logLoss.toFixed(3)} |`,
        ]
      : [];
  });
  return `# ${file.name}

An image classifier with ${file.classes?.length ?? 0} classes (labels.txt), trained by Headway ${file.engine?.headway ?? ''} on the data set
"${file.config.dataset}". The backbone ${backbone.title} (${backbone.license}) was frozen; only the head (${file.config.head}) was trained.

| split | accuracy (95 % interval, n) | top 5 | macro F1 | log loss |
| --- | --- | --- | --- | --- |
${rows.join('\n')}

The weights were chosen on the validation images; the test images were used for this table only.${file.config.testTimeAugmentation ? ' The table averages over augmented variants of each image\n(test-time augmentation), which `model.onnx` by itself does not do.' : ''}

- \`model.onnx\`: input \`image\`, uint8 RGB [batch, ${backbone.input.height}, ${backbone.input.width}, 3]; outputs \`logits\` and
  \`probabilities\` [batch, classes]. Normalisation is part of the graph.
- \`preprocessing.json\`: how a photograph becomes that input: the centre square of ${backbone.recipe.crop}/${backbone.recipe.resizeShort}
  of the short side, resized to ${backbone.recipe.crop} pixels.
- Pictures unlike those of the data set get answers too, and confident ones. The numbers above say nothing about them.
`;
}
