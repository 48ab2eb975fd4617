import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { mayUse } from '../api/session.ts';
import { Status } from '../parts/badge.tsx';
import { Time } from '../parts/clock.tsx';
import { Section } from '../parts/page.tsx';
import { useSession } from '../shell/session-context.ts';
import { LatestOutcomes } from '../webhooks/latest-outcomes.tsx';
import { endpointsQuery } from '../webhooks/webhook-queries.ts';

/** Of more the page of webhooks has the rest. */
const SHOWN = 4;

/** How each endpoint has done of late, those that fail first. */
export function WebhookHealth() {
  const session = useSession();
  const mayRead = mayUse(session, 'webhooks');
  const { data } = useQuery({ ...endpointsQuery, enabled: mayRead });
  if (!mayRead || data === undefined || data.items.length === 0) return null;
  const failingFirst = data.items.toSorted(
    (a, b) => Number(b.failing_since !== undefined) - Number(a.failing_since !== undefined),
  );
  return (
    <Section
      title="Webhooks"
      aside={
        failingFirst.length > SHOWN && (
          <Link to="/webhooks" search={{}} className="font-medium text-accent hover:underline">
            All {failingFirst.length}
          </Link>
        )
      }
    >
      <ul className="card divide-y divide-line">
        {failingFirst.slice(0, SHOWN).map(({ id, url, status, failing_since }) => (
          <li key={id} className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 px-4 py-3">
            <span className="flex min-w-0 flex-wrap items-center gap-2">
              <Link
                to="/webhooks"
                search={{ endpoint_id: id }}
                className="max-w-full truncate rounded font-medium hover:underline"
              >
                {url}
              </Link>
              <Status of={status} />
              {failing_since !== undefined && (
                <span className="text-bad">
                  failing since <Time at={failing_since} />
                </span>
              )}
            </span>
            <LatestOutcomes endpoint={id} />
          </li>
        ))}
      </ul>
    </Section>
  );
}
