import { AUGMENTATION_NAMES } from '../../shared/augmentation.ts';
import { Checkbox } from '../components/checkbox.tsx';
import { IconButton } from '../components/icon.tsx';
import { Select } from '../components/select.tsx';
import { TextField } from '../components/textField.tsx';
import {
  AUGMENTATION_WORDS,
  expanded,
  parameterOf,
  setOf,
  withAugmentation,
  withSet,
  type AugmentationName,
  type AugmentationSet,
} from './augmentation.ts';
import { rowOf, type FieldRowProps } from './fieldRow.tsx';
import type { TrainModel } from './model.ts';
import { fieldId, Row } from './row.tsx';

const SETS: readonly { value: AugmentationSet; label: string; description: string }[] = [
  { value: 'none', label: 'None', description: 'Each image as it is' },
  { value: 'light', label: 'Light', description: 'Cropped a little and flipped' },
  { value: 'standard', label: 'Standard', description: 'Cropped, flipped, turned, colours changed' },
  { value: 'strong', label: 'Strong', description: 'Small crops, random operations, parts erased' },
  { value: 'own', label: 'Own list', description: 'Each by its torchvision name' },
];

/** The set of augmentations, its members where it is one's own, and what they make of a picture. */
export function AugmentationRow({ model, field }: FieldRowProps) {
  const { augment } = model.config;
  const set = setOf(augment);
  const row = rowOf({ model, field });
  const problem = augment.length > 0 ? model.variantsProblem.value : undefined;
  return (
    <Row
      {...row}
      help={set === 'none' || set === 'own' ? row.help : `${expanded(augment).join(', ')}.`}
      problem={row.problem ?? problem}
      below={
        augment.length > 0 && (
          <>
            {set === 'own' && <OwnList model={model} />}
            <Preview model={model} />
          </>
        )
      }
    >
      <Select
        id={fieldId('augment')}
        label="Augmentation"
        options={SETS}
        value={set}
        invalid={problem !== undefined}
        onChange={chosen => model.set({ augment: withSet(augment, chosen) })}
      />
    </Row>
  );
}

function OwnList({ model }: { model: TrainModel }) {
  const { augment } = model.config;
  const set = (name: AugmentationName, parameter: string | undefined) =>
    model.set({ augment: withAugmentation(augment, name, parameter) });
  return (
    <ul class="augmentations">
      {AUGMENTATION_NAMES.map(name => {
        const { help, parameter: what, usual } = AUGMENTATION_WORDS[name];
        const parameter = parameterOf(augment, name);
        return (
          <li key={name}>
            <Checkbox label={name} checked={parameter !== undefined} onChange={on => set(name, on ? '' : undefined)} />
            {parameter === undefined ? (
              <span class="row-help">{help}</span>
            ) : (
              <span class="parameter">
                <TextField
                  class="short"
                  label={`${name}, ${what}`}
                  value={parameter}
                  placeholder={usual}
                  onInput={text => set(name, text)}
                />
                <span class="unit">{what}</span>
              </span>
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** One picture and the variants of it that training will see. */
function Preview({ model }: { model: TrainModel }) {
  const variants = model.variants.value;
  const chosen = typeof model.ui.value.picture === 'string';
  return (
    <figure class="preview">
      <ul class="variants" aria-label="Variants of one image">
        {variants?.urls.map((url, i) => (
          <li key={i}>
            <img src={url} alt={i === 0 ? `${variants.name} without augmentation` : `Variant ${i}`} />
            <span aria-hidden="true">{i === 0 ? 'as it is' : i}</span>
          </li>
        ))}
      </ul>
      <figcaption>
        <span class="preview-name" title={variants?.name}>
          {variants?.name ?? 'Making variants'}
        </span>
        {!chosen && <IconButton icon="arrow-left" label="Previous image" onClick={() => model.nextPicture(-1)} />}
        <IconButton
          icon={chosen ? 'refresh' : 'arrow-right'}
          label={chosen ? 'Images of the dataset' : 'Next image'}
          onClick={() => model.nextPicture(1)}
        />
        <IconButton icon="folder-opened" label="Choose an image" onClick={() => void model.choosePicture()} />
      </figcaption>
    </figure>
  );
}
