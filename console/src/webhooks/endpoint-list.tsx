import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useShortcuts } from '../parts/shortcuts.ts';
import { EndpointRow } from './endpoint-row.tsx';
import { ReplayDialog } from './replay-dialog.tsx';
import type { Endpoint } from './webhook-queries.ts';

type Props = Readonly<{
  endpoints: readonly Endpoint[];
  chosen: string | undefined;
  onChoose: (id: string | undefined) => void;
}>;

/** Of which endpoint `r` replays: the chosen one, or else the first that fails, or the first. */
const wanted = (endpoints: readonly Endpoint[], chosen: string | undefined): Endpoint | undefined => {
  const enabled = endpoints.filter(({ status }) => status === 'enabled');
  return (
    enabled.find(({ id }) => id === chosen) ??
    enabled.find(({ failing_since }) => failing_since !== undefined) ??
    enabled[0]
  );
};

export function EndpointList({ endpoints, chosen, onChoose }: Props) {
  const queries = useQueryClient();
  const [replaying, setReplaying] = useState<Endpoint>();
  const [replayed, setReplayed] = useState<Readonly<{ id: string; count: number }>>();
  useShortcuts({ r: () => setReplaying(wanted(endpoints, chosen)) });
  return (
    <>
      <ul className="card divide-y divide-line">
        {endpoints.map((endpoint) => (
          <EndpointRow
            key={endpoint.id}
            endpoint={endpoint}
            isChosen={endpoint.id === chosen}
            onChoose={() => onChoose(endpoint.id === chosen ? undefined : endpoint.id)}
            onReplay={() => setReplaying(endpoint)}
            replayed={replayed?.id === endpoint.id ? replayed.count : undefined}
          />
        ))}
      </ul>
      {replaying !== undefined && (
        <ReplayDialog
          endpoint={replaying}
          onClose={() => setReplaying(undefined)}
          onDone={(count) => {
            setReplayed({ id: replaying.id, count });
            setReplaying(undefined);
            void queries.invalidateQueries({ queryKey: ['webhooks'] });
          }}
        />
      )}
    </>
  );
}
