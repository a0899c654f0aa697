import { Checkbox } from '../components/checkbox.tsx';
import { Select } from '../components/select.tsx';
import { TextField } from '../components/textField.tsx';
import { AugmentationRow } from './augmentationRow.tsx';
import { restored, settled, textOf, withText } from './draft.ts';
import type { ChoiceField, Field, NumberField, SwitchField } from './fields.ts';
import { HeadRow } from './headRow.tsx';
import { BoundaryRow } from './boundaryRow.tsx';
import { RateRow } from './rateRow.tsx';
import type { TrainModel } from './model.ts';
import { fieldId, Row } from './row.tsx';

export interface FieldRowProps<F extends Field = Field> {
  model: TrainModel;
  field: F;
}

/** What every row says of its field: label, help, problem, and the way back. */
export function rowOf({ model, field: { key, label, help } }: FieldRowProps) {
  const { config } = model;
  return {
    id: fieldId(key),
    label,
    help: typeof help === 'string' ? help : help(config),
    problem: model.problems.value.get(key),
    onRestore: model.changed.value.includes(key)
      ? () => model.edit(draft => restored(draft, key, model.baseConfig))
      : undefined,
  };
}

export function FieldRow({ model, field }: FieldRowProps) {
  switch (field.kind) {
    case 'number':
      return <NumberRow model={model} field={field} />;
    case 'choice':
      return <ChoiceRow model={model} field={field} />;
    case 'switch':
      return <SwitchRow model={model} field={field} />;
    case 'own':
      switch (field.key) {
        case 'head':
          return <HeadRow model={model} field={field} />;
        case 'boundary':
          return <BoundaryRow model={model} field={field} />;
        case 'learningRate':
          return <RateRow model={model} field={field} />;
        case 'augment':
          return <AugmentationRow model={model} field={field} />;
        case 'backbone':
          return (
            <Row {...rowOf({ model, field })}>
              <span class="fixed-value" id={fieldId('backbone')}>
                {model.config.backbone}
              </span>
            </Row>
          );
      }
  }
}

function NumberRow({ model, field }: FieldRowProps<NumberField>) {
  return (
    <Row {...rowOf({ model, field })}>
      <NumberInput model={model} field={field} />
      {field.unit !== undefined && <span class="unit">{field.unit}</span>}
    </Row>
  );
}

type NumberInputProps = {
  model: TrainModel;
  field: Pick<NumberField, 'key' | 'label' | 'unit' | 'placeholder'>;
};

export const NumberInput = ({ model, field: { key, label, unit, placeholder } }: NumberInputProps) => (
  <TextField
    id={fieldId(key)}
    class="number"
    label={unit === undefined ? label : `${label}, ${unit}`}
    value={textOf(model.ui.value.draft, key)}
    placeholder={placeholder?.(model.config) ?? ''}
    invalid={model.problems.value.has(key)}
    onInput={text => model.edit(draft => withText(draft, key, text))}
    onChange={() => model.edit(draft => settled(draft, key))}
  />
);

const ChoiceRow = ({ model, field }: FieldRowProps<ChoiceField>) => (
  <Row {...rowOf({ model, field })}>
    <Select
      id={fieldId(field.key)}
      label={field.label}
      options={field.options}
      value={model.config[field.key]}
      invalid={model.problems.value.has(field.key)}
      onChange={value => model.set({ [field.key]: value })}
    />
  </Row>
);

const SwitchRow = ({ model, field }: FieldRowProps<SwitchField>) => (
  <Row {...rowOf({ model, field })}>
    <Checkbox
      id={fieldId(field.key)}
      label={field.text}
      checked={model.config[field.key] === field.values[1]}
      onChange={checked => model.set({ [field.key]: field.values[checked ? 1 : 0] })}
    />
  </Row>
);
