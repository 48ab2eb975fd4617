import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Failure, Skeleton } from '../parts/answers.tsx';
import { Page, Section } from '../parts/page.tsx';
import { Bills } from './bills.tsx';
import { costQuery } from './cost-queries.ts';
import { OperationTable } from './operation-table.tsx';
import { Recommendations } from './recommendations.tsx';
import { UsageForm } from './usage-form.tsx';

const route = getRouteApi('/cost');

/** What a usage costs at AWS, and what would cost less. */
export function CostPage() {
  const search = route.useSearch();
  const { data: estimate, error, refetch } = useQuery(costQuery(search));
  return (
    <Page title="Cost">
      {error !== null && <Failure error={error} retry={() => void refetch()} />}
      {estimate === undefined ? (
        error === null && (
          <div className="card">
            <Skeleton label="Loading the estimate" />
          </div>
        )
      ) : (
        <>
          <UsageForm estimate={estimate} />
          <Section title="By the month">
            <Bills estimate={estimate} />
          </Section>
          <Section title="What would cost less">
            <Recommendations of={estimate.recommendations} />
          </Section>
          <Section title="By operation, on demand">
            <div className="card overflow-hidden">
              <OperationTable requests={estimate.requests} />
            </div>
          </Section>
          <p className="text-[13px] text-quiet">
            Prices of {estimate.prices_as_of}: {estimate.prices_source}.
            {estimate.capacity_measured_on !== undefined &&
              ` What an operation takes was measured on ${estimate.capacity_measured_on}.`}{' '}
            US dollars before taxes, free tiers and discounts.
          </p>
        </>
      )}
    </Page>
  );
}
