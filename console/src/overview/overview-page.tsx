import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Empty, Failure, Skeleton } from '../parts/answers.tsx';
import { Page, Section } from '../parts/page.tsx';
import { Ages } from './ages.tsx';
import { Declines } from './declines.tsx';
import { reportQuery } from './overview-queries.ts';
import { PERIODS, periodOf } from './overview-search.ts';
import { ToLookAt } from './to-look-at.tsx';
import { VolumeCard } from './volume-card.tsx';
import { WebhookHealth } from './webhook-health.tsx';

const route = getRouteApi('/overview');

export function OverviewPage() {
  const { days = '30' } = route.useSearch();
  const [now] = useState(() => Date.now());
  const period = periodOf(Number(days), now);
  const { data: report, error, refetch } = useQuery(reportQuery(period));
  return (
    <Page title="Overview">
      <ToLookAt />
      <Section
        title="Payments by currency"
        aside={
          <div role="group" aria-label="Period" className="flex gap-1">
            {PERIODS.map(([each, name]) => (
              <Link
                key={each}
                to="/overview"
                search={{ days: each }}
                className={`flex h-7 items-center rounded-md px-2 text-[13px] ${each === days ? 'bg-accent-wash text-accent' : 'text-quiet hover:bg-hover'}`}
              >
                {name}
              </Link>
            ))}
          </div>
        }
      >
        {report !== undefined ? (
          report.total.length === 0 ? (
            <div className="card">
              <Empty title="No payment in this time" />
            </div>
          ) : (
            <div className="grid grid-cols-[minmax(0,1fr)] gap-4 lg:grid-cols-[repeat(2,minmax(0,1fr))]">
              {report.total.map((total) => (
                <VolumeCard key={total.currency} total={total} report={report} />
              ))}
            </div>
          )
        ) : error === null ? (
          <Skeleton label="Loading the report" />
        ) : (
          <Failure error={error} retry={() => void refetch()} />
        )}
      </Section>
      <Declines period={period} />
      <Ages />
      <WebhookHealth />
      <p className="text-quiet">Days are those of UTC. Currencies are never added up.</p>
    </Page>
  );
}
