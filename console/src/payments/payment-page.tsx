import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Failure, Skeleton } from '../parts/answers.tsx';
import { Page } from '../parts/page.tsx';
import { BackToList } from './back-to-list.tsx';
import { PaymentDetails } from './payment-details.tsx';
import { paymentQuery } from './payment-queries.ts';

const route = getRouteApi('/payments/$id');

export function PaymentPage() {
  const { id } = route.useParams();
  const { data: payment, error, refetch } = useQuery(paymentQuery(id));
  if (payment !== undefined) return <PaymentDetails key={id} payment={payment} />;
  return (
    <Page title="Payment" eyebrow={<BackToList />}>
      {error === null ? (
        <Skeleton label="Loading the payment" />
      ) : (
        <Failure error={error} retry={() => void refetch()} />
      )}
    </Page>
  );
}
