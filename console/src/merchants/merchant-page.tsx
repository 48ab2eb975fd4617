import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { chosenMerchant, consoleOf } from '../api/address.ts';
import { Failure, Skeleton } from '../parts/answers.tsx';
import { BackLink } from '../parts/back-link.tsx';
import { Status } from '../parts/badge.tsx';
import { Time } from '../parts/clock.tsx';
import { Copyable } from '../parts/copyable.tsx';
import { JsonView } from '../parts/json-view.tsx';
import { money } from '../parts/money.ts';
import { Facts, Page, Section } from '../parts/page.tsx';
import { useSession } from '../shell/session-context.ts';
import { limitsInWords } from './limits.ts';
import { LimitsDialog } from './limits-dialog.tsx';
import { type Merchant, merchantQuery } from './merchant-queries.ts';
import { StatusDialog } from './status-dialog.tsx';

const route = getRouteApi('/merchants/$id');

export function MerchantPage() {
  const { id } = route.useParams();
  const { isChooser } = useSession();
  const { data: merchant, error, refetch } = useQuery(merchantQuery(id));
  const [open, setOpen] = useState<'limits' | 'status'>();
  const close = () => setOpen(undefined);
  return (
    <Page
      title={merchant?.name ?? 'Merchant'}
      eyebrow={<BackLink to="/merchants">Merchants</BackLink>}
      actions={
        merchant !== undefined && (
          <>
            {isChooser === true && id !== chosenMerchant && (
              <a className="button" href={`${consoleOf(id)}/`}>
                Act for it
              </a>
            )}
            <button type="button" className="button" onClick={() => setOpen('limits')}>
              Change limits…
            </button>
            <button
              type="button"
              className={`button ${merchant.status === 'active' ? 'button-bad' : 'button-main'}`}
              onClick={() => setOpen('status')}
            >
              {merchant.status === 'active' ? 'Suspend…' : 'Resume…'}
            </button>
          </>
        )
      }
    >
      {merchant === undefined ? (
        error === null ? (
          <div className="card">
            <Skeleton label="Loading the merchant" />
          </div>
        ) : (
          <Failure error={error} retry={() => void refetch()} />
        )
      ) : (
        <Details merchant={merchant} />
      )}
      {merchant !== undefined && open === 'limits' && (
        <LimitsDialog merchant={merchant} onClose={close} onDone={close} />
      )}
      {merchant !== undefined && open === 'status' && (
        <StatusDialog merchant={merchant} onClose={close} onDone={close} />
      )}
    </Page>
  );
}

const amounts = (of: Readonly<Record<string, number>> = {}): string =>
  Object.entries(of)
    .map(([currency, amount]) => money(amount, currency))
    .join(', ') || 'None';

function Details({ merchant }: Readonly<{ merchant: Merchant }>) {
  return (
    <>
      <Facts
        facts={[
          ['Status', <Status key="status" of={merchant.status} />],
          ...(merchant.status_reason === undefined
            ? []
            : [['Suspended because', merchant.status_reason] as const]),
          ['Id', <Copyable key="id" text={merchant.id} label="merchant id" />],
          ['Email', merchant.email],
          ['Features', merchant.features.join(', ') || 'None'],
          ['Created', <Time key="created" at={merchant.created_at} exact />],
          ['Changed', <Time key="changed" at={merchant.updated_at} exact />],
        ]}
      />
      <Section title="Limits">
        <Facts facts={limitsInWords(merchant.rate_limits)} />
      </Section>
      <Section title="Rules">
        <Facts
          facts={[
            [
              'Refunds',
              merchant.refunds_need_balance ? 'Need the balance' : 'May take the balance below zero',
            ],
            ['Settlement delay', `${merchant.settlement_delay_days ?? 3} days`],
            ['Tolerated in files', amounts(merchant.settlement_tolerances)],
            ['One person resolves', amounts(merchant.resolution_limits)],
            ['Mappings of files', Object.keys(merchant.settlement_mappings ?? {}).join(', ') || 'None'],
          ]}
        />
      </Section>
      <details>
        <summary className="font-medium text-accent">As the API has it</summary>
        <div className="mt-3">
          <JsonView value={merchant} label="The merchant as JSON" />
        </div>
      </details>
    </>
  );
}
