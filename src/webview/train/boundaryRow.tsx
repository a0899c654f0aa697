import { Select } from '../components/select.tsx';
import { TextField } from '../components/textField.tsx';
import { FIRST_AMOUNT, joinBoundary, splitBoundary, type BoundaryKind } from './draft.ts';
import { rowOf, type FieldRowProps } from './fieldRow.tsx';
import { fieldId, Row } from './row.tsx';

const KINDS: readonly { value: BoundaryKind; label: string; description: string }[] = [
  { value: 'pool', label: 'Head only', description: 'The backbone is frozen' },
  { value: 'last-conv', label: 'Last convolution', description: 'The backbone’s last convolution layer and the head' },
  { value: 'conv', label: 'Last convolutions', description: 'The last few convolution layers and the head' },
  { value: 'percent', label: 'Share of parameters', description: 'The last layers with so many of the parameters' },
];

/** What is trained besides the head. */
export function BoundaryRow({ model, field }: FieldRowProps) {
  const { kind, amount } = splitBoundary(model.config.boundary);
  const row = rowOf({ model, field });
  const wrong = row.problem !== undefined;
  return (
    <Row {...row}>
      <Select
        id={fieldId('boundary')}
        label="Trained part"
        options={KINDS}
        value={kind}
        invalid={wrong}
        onChange={chosen => model.set({ boundary: joinBoundary(chosen, FIRST_AMOUNT[chosen]) })}
      />
      {(kind === 'conv' || kind === 'percent') && (
        <>
          <TextField
            class="tiny"
            label={kind === 'conv' ? 'Convolution layers that are trained' : 'Share of the parameters in per cent'}
            value={amount}
            invalid={wrong}
            onInput={text => model.set({ boundary: joinBoundary(kind, text) })}
          />
          <span class="unit">{kind === 'conv' ? 'layers' : '%'}</span>
        </>
      )}
    </Row>
  );
}
