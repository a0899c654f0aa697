import { Select } from '../components/select.tsx';
import { TextField } from '../components/textField.tsx';
import { rowOf, type FieldRowProps } from './fieldRow.tsx';
import { HEADS } from './fields.ts';
import { fieldId, Row } from './row.tsx';

const OWN = 'own';

/** A named head, or a list of layers of one's own. */
export function HeadRow({ model, field }: FieldRowProps) {
  const { head } = model.config;
  const named = HEADS.find(h => h.value === head);
  const own = model.ui.value.ownLayers || !named;
  const choose = (value: string) => {
    model.change({ ownLayers: value === OWN });
    model.set({ head: value === OWN ? (named?.layers ?? '256') : value });
  };
  const row = rowOf({ model, field });
  return (
    <Row
      {...row}
      help={own ? 'Units of each dense layer from the features on, with hyphens between.' : `${named.description}.`}
    >
      <Select
        id={fieldId('head')}
        label="Head"
        options={[...HEADS, { value: OWN, label: 'Own layers' }]}
        value={own ? OWN : head}
        onChange={choose}
        invalid={!own && row.problem !== undefined}
      />
      {own && (
        <TextField
          class="short"
          label="Layers of the head"
          value={head}
          placeholder="512-64"
          invalid={row.problem !== undefined}
          onInput={text => model.set({ head: text.trim() })}
        />
      )}
    </Row>
  );
}
