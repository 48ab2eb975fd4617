import { useMutation, useQueryClient } from '@tanstack/react-query';
import { FlaskConical, RotateCcw } from 'lucide-react';
import { useState } from 'react';
import { api, bodyOf } from '../api/api.ts';
import { Failure } from '../parts/answers.tsx';
import { Status } from '../parts/badge.tsx';
import { Time } from '../parts/clock.tsx';
import { ReplayDialog } from './replay-dialog.tsx';
import type { Endpoint } from './webhook-queries.ts';

type Props = Readonly<{
  endpoints: readonly Endpoint[];
  chosen: string | undefined;
  onChoose: (id: string | undefined) => void;
}>;

export function EndpointList({ endpoints, chosen, onChoose }: Props) {
  return (
    <ul className="card divide-y divide-line">
      {endpoints.map((endpoint) => (
        <EndpointRow
          key={endpoint.id}
          endpoint={endpoint}
          isChosen={endpoint.id === chosen}
          onChoose={() => onChoose(endpoint.id === chosen ? undefined : endpoint.id)}
        />
      ))}
    </ul>
  );
}

type RowProps = Readonly<{ endpoint: Endpoint; isChosen: boolean; onChoose: () => void }>;

function EndpointRow({ endpoint, isChosen, onChoose }: RowProps) {
  const { id, url, events, status, failing_since } = endpoint;
  const queries = useQueryClient();
  const [isReplaying, setReplaying] = useState(false);
  const [replayed, setReplayed] = useState<number>();
  const refresh = () => queries.invalidateQueries({ queryKey: ['webhooks', 'deliveries'] });
  const test = useMutation({
    mutationFn: () =>
      bodyOf(
        api.POST('/webhook_endpoints/{id}/test', {
          params: { path: { id }, header: { 'Idempotency-Key': `console-${crypto.randomUUID()}` } },
        }),
      ),
    onSuccess: refresh,
  });
  return (
    <li className="flex flex-col gap-3 px-4 py-3">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <div className="min-w-0 flex-1">
          <p className="flex flex-wrap items-center gap-2">
            <button
              type="button"
              aria-pressed={isChosen}
              title="Show its deliveries alone"
              onClick={onChoose}
              className="max-w-full truncate rounded font-medium hover:underline aria-pressed:text-accent"
            >
              {url}
            </button>
            <Status of={status} />
          </p>
          <p className="text-quiet">
            {events.includes('*') ? 'All events' : events.join(', ')}
            {failing_since !== undefined && (
              <span className="text-bad">
                {' '}
                · failing since <Time at={failing_since} />
              </span>
            )}
          </p>
        </div>
        <div className="flex flex-wrap gap-2">
          <button
            type="button"
            className="button"
            disabled={test.isPending || status !== 'enabled'}
            onClick={() => test.mutate()}
          >
            <FlaskConical aria-hidden className="size-4" />
            Send a test
          </button>
          <button
            type="button"
            className="button"
            disabled={status !== 'enabled'}
            onClick={() => setReplaying(true)}
          >
            <RotateCcw aria-hidden className="size-4" />
            Replay
          </button>
        </div>
      </div>
      {test.error !== null && <Failure error={test.error} />}
      <p role="status" className="text-good empty:hidden">
        {replayed !== undefined
          ? `${replayed} on their way again.`
          : test.isSuccess
            ? 'A test event is on its way.'
            : ''}
      </p>
      {isReplaying && (
        <ReplayDialog
          endpoint={endpoint}
          onClose={() => setReplaying(false)}
          onDone={(count) => {
            setReplaying(false);
            setReplayed(count);
            void refresh();
          }}
        />
      )}
    </li>
  );
}
