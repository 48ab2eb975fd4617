import { type FormEvent, useId, useState } from 'react';
import { Failure } from '../parts/answers.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { textOf } from '../parts/form-text.ts';
import { type Merchant, useMerchantChange } from './merchant-queries.ts';

type Props = Readonly<{ merchant: Merchant; onClose: () => void; onDone: () => void }>;

/** Suspends an active merchant, for a reason, and resumes a suspended one, as it was seen when the form was opened. */
export function StatusDialog({ merchant, onClose, onDone }: Props) {
  const [seen] = useState(merchant);
  const [isMissing, setMissing] = useState(false);
  const change = useMerchantChange(seen, onDone);
  const fault = useId();
  const isActive = seen.status === 'active';
  const verb = isActive ? 'Suspend' : 'Resume';
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (!isActive) {
      if (!change.isPending) change.mutate({ status: 'active' });
      return;
    }
    const reason = textOf(new FormData(event.currentTarget), 'reason');
    setMissing(reason === undefined);
    if (reason !== undefined && !change.isPending)
      change.mutate({ status: 'suspended', status_reason: reason });
  };
  return (
    <Dialog title={`${verb} ${seen.name}`} onClose={onClose}>
      <form onSubmit={submit} noValidate className="flex flex-col gap-4">
        <p>
          {isActive
            ? 'No payment, capture, transfer or payout begins in its name from now on. It still refunds, voids and reads.'
            : 'Payments, captures, transfers and payouts begin in its name again.'}
        </p>
        {isActive ? (
          <Field
            label="Reason"
            hint="The merchant reads it too. It is in the merchant’s audit trail, with who suspended it and when."
            name="reason"
            maxLength={500}
            required
            aria-invalid={isMissing}
            aria-errormessage={fault}
            data-first
          />
        ) : (
          <p className="text-quiet">Who did it and when is in the merchant’s audit trail.</p>
        )}
        <p id={fault} role="alert" className="text-bad empty:hidden">
          {isMissing ? 'A suspension has a reason.' : ''}
        </p>
        {change.error !== null && <Failure error={change.error} />}
        <button
          type="submit"
          data-first={isActive ? undefined : ''}
          aria-disabled={change.isPending}
          className={`button h-9 self-end ${isActive ? 'button-bad' : 'button-main'}`}
        >
          {change.isPending ? 'Sending…' : verb}
        </button>
      </form>
    </Dialog>
  );
}
