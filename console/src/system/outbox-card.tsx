import { FigureCard, Oldest } from './figure.tsx';
import { PARKED, UNSENT } from './row-ids.ts';
import type { Service, SystemState } from './system-queries.ts';

const MOST_COUNTED = 10_000;
const NAMES: Readonly<Record<Service, string>> = { platform: 'Platform', approvals: 'Approvals' };

type Props = Readonly<{ service: Service; outboxes: SystemState['outboxes'] }>;

/** What waits in one outbox, and what is not tried any more. */
export function OutboxCard({ service, outboxes }: Props) {
  const { unsent, parked, oldest_at } = outboxes[service];
  return (
    <FigureCard
      name={NAMES[service]}
      figures={[
        { name: 'Wait to be sent', value: unsent, most: MOST_COUNTED, rows: UNSENT[service] },
        { name: 'Parked', value: parked, most: MOST_COUNTED, rows: PARKED[service], isBad: true },
      ]}
    >
      <Oldest at={oldest_at} verb="waits" />
    </FigureCard>
  );
}
