import { useId, useState } from 'react';
import { inWords } from '../parts/badge.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { textOf } from '../parts/form-text.ts';
import { money } from '../parts/money.ts';
import { SendForm } from '../parts/send-form.tsx';
import type { VendorPayment } from './approval-queries.ts';
import { type Decision, useDecision } from './decision.ts';

type Props = Readonly<{
  decision: Decision;
  seen: VendorPayment;
  onClose: () => void;
  onDone: (now: VendorPayment) => void;
}>;

export function DecisionDialog({ decision, seen, onClose, onDone }: Props) {
  const sending = useDecision(decision, seen, onDone);
  const words = useId();
  const [isMissing, setMissing] = useState(false);
  const isRejection = decision === 'reject';
  const send = (form: FormData): undefined => {
    const text = textOf(form, 'words');
    setMissing(isRejection && text === undefined);
    if (!isRejection || text !== undefined) sending.mutation.mutate(text ?? '');
  };
  const verb = inWords(decision);
  return (
    <Dialog title={`${verb} ${money(seen.amountCents, seen.currency)}`} onClose={onClose}>
      <SendForm onSend={send} sending={sending} name={verb} tone={isRejection ? 'bad' : 'main'}>
        <div className="flex flex-col gap-1.5">
          <label htmlFor={words} className="font-medium">
            {isRejection ? 'Reason' : 'Note'}{' '}
            {!isRejection && <span className="font-normal text-quiet">(optional)</span>}
          </label>
          <textarea
            id={words}
            name="words"
            data-first
            rows={3}
            maxLength={isRejection ? 500 : 1_000}
            aria-invalid={isMissing}
            aria-describedby={`${words}-fault`}
            className="field h-auto py-1.5 aria-invalid:border-bad"
            onKeyDown={(event) => {
              if (event.key !== 'Enter' || event.shiftKey) return;
              event.preventDefault();
              event.currentTarget.form?.requestSubmit();
            }}
          />
          <p id={`${words}-fault`} role="alert" className="min-h-5 text-bad">
            {isMissing ? 'A rejection has a reason.' : ''}
          </p>
        </div>
      </SendForm>
    </Dialog>
  );
}
