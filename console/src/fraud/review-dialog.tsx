import { useId } from 'react';
import type { VendorPayment } from '../approvals/approval-queries.ts';
import { Dialog } from '../parts/dialog.tsx';
import { textOf } from '../parts/form-text.ts';
import { money } from '../parts/money.ts';
import { SendForm } from '../parts/send-form.tsx';
import { type Outcome, useReview } from './review.ts';

const MEANS: Readonly<Record<Outcome, string>> = {
  legitimate: 'It awaits a review no longer, and speaks for its vendor when the next payments are scored.',
  fraud: 'It is neither approved nor paid unless a later review finds otherwise, and its vendor is blocked.',
};

type Props = Readonly<{
  outcome: Outcome;
  seen: VendorPayment;
  onClose: () => void;
  onDone: (now: VendorPayment) => void;
}>;

export function ReviewDialog({ outcome, seen, onClose, onDone }: Props) {
  const sending = useReview(outcome, seen, onDone);
  const notes = useId();
  const isFraud = outcome === 'fraud';
  const send = (form: FormData): undefined => {
    sending.mutation.mutate(textOf(form, 'notes'));
  };
  const title = `${money(seen.amountCents, seen.currency)} is ${isFraud ? 'a fraud' : 'legitimate'}`;
  return (
    <Dialog title={title} onClose={onClose}>
      <SendForm
        onSend={send}
        sending={sending}
        name={isFraud ? 'Mark as fraud' : 'Mark as legitimate'}
        tone={isFraud ? 'bad' : 'main'}
      >
        <p className="text-quiet">{MEANS[outcome]}</p>
        <div className="flex flex-col gap-1.5">
          <label htmlFor={notes} className="font-medium">
            What it was found by <span className="font-normal text-quiet">(optional)</span>
          </label>
          <textarea
            id={notes}
            name="notes"
            data-first
            rows={3}
            maxLength={1_000}
            className="field h-auto py-1.5"
            onKeyDown={(event) => {
              if (event.key !== 'Enter' || event.shiftKey) return;
              event.preventDefault();
              event.currentTarget.form?.requestSubmit();
            }}
          />
        </div>
      </SendForm>
    </Dialog>
  );
}
