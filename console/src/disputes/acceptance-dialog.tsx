import type { FormEvent } from 'react';
import { Failure } from '../parts/answers.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { money } from '../parts/money.ts';
import { type Dispute, useAcceptance } from './dispute-queries.ts';

type Props = Readonly<{ dispute: Dispute; onClose: () => void; onDone: () => void }>;

export function AcceptanceDialog({ dispute, onClose, onDone }: Props) {
  const { mutation, isUndecided } = useAcceptance(dispute, onDone);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!mutation.isPending) mutation.mutate();
  };
  return (
    <Dialog title="Accept this dispute" onClose={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <p>
          {money(dispute.amount, dispute.currency)} go back to the cardholder, and the dispute is lost without
          evidence. This cannot be undone.
        </p>
        {mutation.error !== null && <Failure error={mutation.error} />}
        {isUndecided && (
          <p className="text-quiet">
            Whether it happened is not known. Sent again it goes out under the same key, so it happens once.
          </p>
        )}
        <button
          type="submit"
          data-first
          aria-disabled={mutation.isPending}
          className="button button-bad h-9 self-end"
        >
          {mutation.isPending ? 'Sending…' : isUndecided ? 'Send again' : 'Accept'}
        </button>
      </form>
    </Dialog>
  );
}
