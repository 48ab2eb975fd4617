import { type FormEvent, useState } from 'react';
import { Failure } from '../parts/answers.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { type Merchant, useMerchantChange } from './merchant-queries.ts';

type Props = Readonly<{ merchant: Merchant; onClose: () => void; onDone: () => void }>;

/** Suspends an active merchant and resumes a suspended one, as it was seen when the form was opened. */
export function StatusDialog({ merchant, onClose, onDone }: Props) {
  const [seen] = useState(merchant);
  const change = useMerchantChange(seen, onDone);
  const isActive = seen.status === 'active';
  const verb = isActive ? 'Suspend' : 'Resume';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!change.isPending) change.mutate({ status: isActive ? 'suspended' : 'active' });
  };
  return (
    <Dialog title={`${verb} ${seen.name}`} onClose={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <p>
          {isActive
            ? 'No payment, capture, transfer or payout begins in its name from now on. It still refunds, voids and reads.'
            : 'Payments, captures, transfers and payouts begin in its name again.'}
        </p>
        <p className="text-quiet">Who did it and when is in the merchant’s audit trail.</p>
        {change.error !== null && <Failure error={change.error} />}
        <button
          type="submit"
          data-first
          aria-disabled={change.isPending}
          className={`button h-9 self-end ${isActive ? 'button-bad' : 'button-main'}`}
        >
          {change.isPending ? 'Sending…' : verb}
        </button>
      </form>
    </Dialog>
  );
}
