import { useQuery } from '@tanstack/react-query';
import { Failure, Skeleton } from '../parts/answers.tsx';
import { Badge, inWords } from '../parts/badge.tsx';
import { Time } from '../parts/clock.tsx';
import { Facts, Page, Section } from '../parts/page.tsx';
import { OutboxCard } from './outbox-card.tsx';
import { ParkedEvents } from './parked-events.tsx';
import { QueueCards } from './queue-cards.tsx';
import { WaitingRows } from './rows.tsx';
import { readinessQuery, systemQuery } from './system-queries.ts';

/** How the parts of the system are, what waits in it and what stands still. */
export function SystemPage() {
  const { data: system, error, refetch } = useQuery(systemQuery);
  return (
    <Page title="System">
      <Readiness />
      {system === undefined ? (
        error === null ? (
          <div className="card">
            <Skeleton rows={4} label="Loading the system" />
          </div>
        ) : (
          <Failure error={error} retry={() => void refetch()} />
        )
      ) : (
        <>
          <Section title="Process">
            <Facts
              facts={[
                ['Version', system.version],
                ['Node', system.node],
                ['Runs since', <Time key="since" at={system.started_at} exact />],
                [
                  'Circuit to the processor',
                  <Badge key="circuit" tone={system.processor_circuit === 'closed' ? 'good' : 'bad'}>
                    {inWords(system.processor_circuit)}
                  </Badge>,
                ],
              ]}
            />
          </Section>
          <Section title="Outboxes">
            <ul className="grid grid-cols-1 gap-3 sm:grid-cols-2">
              <OutboxCard service="platform" outboxes={system.outboxes} />
              <OutboxCard service="approvals" outboxes={system.outboxes} />
            </ul>
          </Section>
          <Section title="Queues">
            <QueueCards system={system} />
          </Section>
        </>
      )}
      <ParkedEvents service="platform" />
      <ParkedEvents service="approvals" />
      {system !== undefined && <WaitingRows system={system} />}
    </Page>
  );
}

/** Whether the storage and the keys can be used, as `/readyz` says. */
function Readiness() {
  const { data, error, refetch } = useQuery(readinessQuery);
  if (error !== null) return <Failure error={error} retry={() => void refetch()} />;
  return (
    <Section title="Readiness">
      {data === undefined ? (
        <Skeleton rows={2} label="Loading readiness" />
      ) : (
        <Facts
          facts={[
            [
              'Status',
              <Badge key="status" tone="good">
                {inWords(data.status)}
              </Badge>,
            ],
            ['Storage', data.storage],
            ['Keys', data.keys === undefined ? undefined : <Usable key="keys" word={data.keys} />],
            [
              'Secret of tokens',
              data.token_secret === undefined ? undefined : <Usable key="secret" word={data.token_secret} />,
            ],
          ]}
        />
      )}
    </Section>
  );
}

const Usable = ({ word }: Readonly<{ word: string }>) => (
  <Badge tone={word === 'usable' ? 'good' : 'bad'}>{inWords(word)}</Badge>
);
