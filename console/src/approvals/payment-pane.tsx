import { useQuery } from '@tanstack/react-query';
import { ArrowLeft } from 'lucide-react';
import type { ReactNode } from 'react';
import { Failure, Skeleton } from '../parts/answers.tsx';
import { type VendorPayment, vendorPaymentQuery } from './approval-queries.ts';

type Props = Readonly<{
  id: string;
  onBack: () => void;
  children: (payment: VendorPayment) => ReactNode;
}>;

/** Beside the list, or in its place where the window is narrow: one payment, once it is there. */
export function PaymentPane({ id, onBack, children }: Props) {
  const { data: payment, error, refetch } = useQuery(vendorPaymentQuery(id));
  return (
    <div className="flex min-w-0 flex-col gap-5">
      <button type="button" className="button self-start lg:hidden" onClick={onBack}>
        <ArrowLeft aria-hidden className="size-4" />
        All that wait
      </button>
      {payment !== undefined ? (
        children(payment)
      ) : error === null ? (
        <Skeleton label="Loading the payment" />
      ) : (
        <Failure error={error} retry={() => void refetch()} />
      )}
    </div>
  );
}
