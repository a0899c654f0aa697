import type { Classification } from '../../shared/engineApi.ts';
import { chance } from '../components/chance.ts';
import { Icon } from '../components/icon.tsx';

interface AnswerProps {
  image: Classification;
  uri: string;
  name: string;
  onOpen: () => void;
}

/** One picture with the five most probable classes, or with the reason why it could not be read. */
export function Answer({ image, uri, name, onOpen }: AnswerProps) {
  const unreadable = image.problem !== undefined;
  return (
    <li class={unreadable ? 'answer unreadable' : 'answer'} aria-label={name}>
      {unreadable ? (
        <div class="picture missing">
          <Icon name="file-media" />
        </div>
      ) : (
        <button
          type="button"
          class="picture"
          aria-label={`Open ${name} at full size`}
          title="Open at full size"
          onClick={onOpen}
        >
          <img src={uri} alt="" loading="lazy" decoding="async" />
        </button>
      )}
      <div class="answer-words">
        <p class="name" title={image.path}>
          {name}
        </p>
        {unreadable ? (
          <p class="problem">
            <Icon name="error" />
            <span>{image.problem}</span>
          </p>
        ) : (
          <Bars top={image.top} />
        )}
      </div>
    </li>
  );
}

const Bars = ({ top }: { top: Classification['top'] }) => (
  <ol class="bars" aria-label="Most probable classes">
    {top.map(({ label, p }) => (
      <li key={label} style={{ '--p': p }}>
        <span class="bar-label" title={label}>
          {label}
        </span>
        <span class="bar-value">{chance(p)}</span>
        <span class="bar" aria-hidden="true" />
      </li>
    ))}
  </ol>
);
