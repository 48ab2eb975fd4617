import { Dialog } from '../parts/dialog.tsx';
import { money } from '../parts/money.ts';
import { SendForm } from '../parts/send-form.tsx';
import { type Dispute, useAcceptance } from './dispute-queries.ts';

type Props = Readonly<{ dispute: Dispute; onClose: () => void; onDone: () => void }>;

export function AcceptanceDialog({ dispute, onClose, onDone }: Props) {
  const sending = useAcceptance(dispute, onDone);
  const send = (): undefined => {
    sending.mutation.mutate(undefined);
  };
  return (
    <Dialog title="Accept this dispute" onClose={onClose}>
      <SendForm onSend={send} sending={sending} name="Accept" tone="bad" isFirst>
        <p>
          {money(dispute.amount, dispute.currency)} go back to the cardholder, and the dispute is lost without
          evidence. This cannot be undone.
        </p>
      </SendForm>
    </Dialog>
  );
}
