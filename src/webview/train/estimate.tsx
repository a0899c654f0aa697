import { bytes, count, duration } from '../../shared/format.ts';
import { Icon } from '../components/icon.tsx';
import { Notice } from '../components/notice.tsx';
import { isProbe } from './fields.ts';
import type { TrainModel } from './model.ts';

/** What the run would take, kept up to date while settings change. */
export function Estimate({ model }: { model: TrainModel }) {
  const estimate = model.estimate.value;
  const problem = model.estimateProblem.value;
  const asking = model.estimating.value;
  if (problem !== undefined && !asking) return <Notice kind="warning" message={problem} />;
  const value = (text: string | undefined) => text ?? '–';
  return (
    <div class={`estimate${asking || !estimate ? ' stale' : ''}`} aria-busy={asking}>
      <dl aria-label="Estimate">
        <Fact name="Parameters" value={value(estimate?.parameters.toLocaleString('en'))} />
        <Fact name="Training images" value={value(estimate?.trainImages.toLocaleString('en'))} />
        <Fact
          name="Features to compute"
          value={value(estimate && (estimate.toCompute === 0 ? 'none' : estimate.toCompute.toLocaleString('en')))}
          more={estimate?.toCompute === 0 ? 'All are in the cache' : 'Images and their variants'}
        />
        <Fact name="Cache grows by" value={value(estimate && bytes(estimate.cacheBytes))} />
        <Fact
          name="Memory"
          value={value(estimate && bytes(estimate.memoryBytes))}
          more="Features, weights and the optimizer’s state"
        />
        {!isProbe(model.config) && (
          <Fact
            name="Per epoch"
            value={value(estimate && shortTime(estimate.secondsPerEpoch))}
            more="Measured on a few steps just now"
          />
        )}
        <Fact
          name="In all"
          value={value(estimate && `at most ${duration(estimate.seconds)}`)}
          more={`Features and ${isProbe(model.config) ? 'all penalties' : `${count(model.config.epochs, 'epoch')}; early stopping may end it sooner`}`}
        />
      </dl>
      <span class="estimate-state" role="status">
        {asking && <Icon name="loading" spin />}
        <span class="sr">{asking ? 'Estimating' : ''}</span>
      </span>
    </div>
  );
}

/** An epoch of a small head takes milliseconds. */
const shortTime = (seconds: number): string =>
  seconds < 0.1 ? `${Math.max(1, Math.round(seconds * 1000))} ms` : duration(seconds);

const Fact = ({ name, value, more }: { name: string; value: string; more?: string }) => (
  <div title={more}>
    <dt>{name}</dt>
    <dd>{value}</dd>
  </div>
);
