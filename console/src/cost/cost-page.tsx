import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Failure, Skeleton } from '../parts/answers.tsx';
import { Page, Section } from '../parts/page.tsx';
import { Bills } from './bills.tsx';
import { costQuery } from './cost-queries.ts';
import { CountedPayments } from './counted-payments.tsx';
import { BY_OPERATION, How } from './how.tsx';
import { OperationTable } from './operation-table.tsx';
import { Recommendations } from './recommendations.tsx';
import { UsageForm } from './usage-form.tsx';

const route = getRouteApi('/cost');

/** What a usage costs at AWS, and what would cost less. */
export function CostPage() {
  const search = route.useSearch();
  const { data: estimate, error, refetch, dataUpdatedAt } = useQuery(costQuery(search));
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
          <p className="text-quiet">
            {search.merchant_id === undefined ? (
              'Of the usage as it is written above: no payment is counted.'
            ) : (
              <>
                The{' '}
                <CountedPayments
                  of={search.merchant_id}
                  payments={estimate.usage.transactions_per_month}
                  at={dataUpdatedAt}
                />{' '}
                that {search.merchant_id} took on the last 30 whole days (UTC), whatever became of them, are
                taken for a month’s; what is read and refunded of each is as it is written above.
              </>
            )}
          </p>
          <Section title="By the month">
            <Bills estimate={estimate} />
          </Section>
          <Section title="What they are computed from">
            <How />
          </Section>
          <Section title="What would cost less">
            <Recommendations of={estimate.recommendations} />
          </Section>
          <div id={BY_OPERATION} tabIndex={-1} className="scroll-mt-4">
            <Section title="By operation, on demand">
              <div className="card overflow-hidden">
                <OperationTable requests={estimate.requests} usage={estimate.usage} />
              </div>
            </Section>
          </div>
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
