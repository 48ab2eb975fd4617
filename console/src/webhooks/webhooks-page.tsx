import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { RefreshCw } from 'lucide-react';
import { Empty, Failure, Skeleton } from '../parts/answers.tsx';
import { inWords } from '../parts/badge.tsx';
import { List } from '../parts/list.tsx';
import { Page, Section } from '../parts/page.tsx';
import { useClose } from '../parts/way-back.ts';
import { DeliveryDrawer } from './delivery-drawer.tsx';
import { DeliveryTable } from './delivery-table.tsx';
import { EndpointList } from './endpoint-list.tsx';
import { isFailing } from './failing.ts';
import { deliveriesQuery, endpointsQuery } from './webhook-queries.ts';
import { DELIVERY_STATUSES, type WebhookSearch } from './webhook-search.ts';

const route = getRouteApi('/webhooks');

export function WebhooksPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const close = useClose();
  const endpoints = useQuery(endpointsQuery);
  const change = (changed: Partial<WebhookSearch>) =>
    void navigate({ search: (was) => ({ ...was, ...changed }) });
  const areFailing = search.endpoints === 'failing';
  const shown = endpoints.data?.items.filter((each) => !areFailing || isFailing(each));
  return (
    <Page title="Webhooks">
      <Section
        title={areFailing ? 'Endpoints failing or disabled' : 'Endpoints'}
        aside={
          areFailing && (
            <Link
              to="/webhooks"
              search={{ ...search, endpoints: undefined }}
              className="font-medium text-accent hover:underline"
            >
              Show every endpoint
            </Link>
          )
        }
      >
        {endpoints.isError && endpoints.data === undefined ? (
          <Failure error={endpoints.error} retry={() => void endpoints.refetch()} />
        ) : shown === undefined ? (
          <Skeleton label="Loading endpoints" rows={2} />
        ) : shown.length === 0 ? (
          <div className="card">
            {areFailing ? (
              <Empty title="No endpoint is failing or disabled" />
            ) : (
              <Empty title="No endpoint yet">
                <code className="font-mono">POST /webhook_endpoints</code> makes one.
              </Empty>
            )}
          </div>
        ) : (
          <EndpointList
            endpoints={shown}
            chosen={search.endpoint_id}
            onChoose={(endpoint_id) => change({ endpoint_id })}
          />
        )}
      </Section>
      <Deliveries search={search} change={change} />
      {search.delivery !== undefined && (
        <DeliveryDrawer
          key={search.delivery}
          id={search.delivery}
          onClose={() => close({ ...search, delivery: undefined })}
        />
      )}
    </Page>
  );
}

type Props = Readonly<{ search: WebhookSearch; change: (changed: Partial<WebhookSearch>) => void }>;

function Deliveries({ search, change }: Props) {
  const list = useInfiniteQuery(deliveriesQuery(search));
  return (
    <Section
      title="Deliveries"
      aside={
        <div className="flex items-center gap-2">
          <select
            aria-label="Status"
            className="field h-8 w-auto"
            value={search.status ?? ''}
            onChange={({ target }) =>
              change({ status: (target.value || undefined) as WebhookSearch['status'] })
            }
          >
            <option value="">Any status</option>
            {DELIVERY_STATUSES.map((status) => (
              <option key={status} value={status}>
                {inWords(status)}
              </option>
            ))}
          </select>
          <button type="button" className="button" onClick={() => void list.refetch()}>
            <RefreshCw aria-hidden className="size-4" />
            Refresh
          </button>
        </div>
      }
    >
      <List
        list={list}
        name="deliveries"
        empty={
          <Empty title="No delivery to show">
            {search.status === undefined && search.endpoint_id === undefined
              ? 'What is sent to endpoints as events happen shows up here.'
              : 'Take the status away, or the endpoint, by pressing it again.'}
          </Empty>
        }
      >
        {(rows) => <DeliveryTable rows={rows} />}
      </List>
    </Section>
  );
}
