import { count } from '../../shared/format.ts';
import { Select, type SelectOption } from '../components/select.tsx';
import { TextField } from '../components/textField.tsx';
import type { Base } from './draft.ts';
import type { TrainModel } from './model.ts';
import { fieldId, Row } from './row.tsx';

/** What the run is about: data, starting point, name. */
export function StartRows({ model }: { model: TrainModel }) {
  const { datasets, presets } = model.view.value!;
  const { base, name } = model.ui.value;
  const { dataset } = model;
  const start: SelectOption<Base>[] =
    model.from === undefined ? [] : [{ value: 'start', label: model.from, description: 'As this experiment' }];
  const bases: SelectOption<Base>[] = [
    ...start,
    ...presets.map(({ id, label, detail }) => ({ value: id, label, description: detail })),
  ];
  const changed = model.changed.value.length;
  const chosen = bases.find(option => option.value === base);
  return (
    <section aria-label="Start">
      <Row
        id={fieldId('dataset')}
        label="Dataset"
        {...(dataset
          ? {
              help: [
                count(dataset.classes, 'class', 'classes'),
                `${dataset.splits.train.toLocaleString('en')} training, ${dataset.splits.validation.toLocaleString('en')} validation and ${dataset.splits.test.toLocaleString('en')} test images`,
              ].join(', '),
            }
          : { problem: `There is no dataset “${model.config.dataset}” any more; choose another.` })}
      >
        <Select
          id={fieldId('dataset')}
          label="Dataset"
          options={datasets.map(d => ({ value: d.name, label: d.name }))}
          value={model.config.dataset}
          invalid={!dataset}
          onChange={chosenName => model.set({ dataset: chosenName })}
        />
      </Row>
      <Row
        id={fieldId('preset')}
        label="Start from"
        help={[
          `${chosen?.description ?? ''}.`,
          ...(changed > 0 ? [`${count(changed, 'setting is', 'settings are')} different.`] : []),
        ].join(' ')}
      >
        <Select
          id={fieldId('preset')}
          label="Start from"
          options={bases}
          value={base}
          onChange={value => model.choose(value)}
        />
      </Row>
      <Row id={fieldId('name')} label="Name">
        <TextField
          id={fieldId('name')}
          class="wide"
          label="Name of the experiment"
          value={name}
          placeholder={model.automaticName}
          onInput={text => model.change({ name: text })}
        />
      </Row>
    </section>
  );
}
