import { Dialog } from '../parts/dialog.tsx';
import { money } from '../parts/money.ts';
import { SendForm } from '../parts/send-form.tsx';
import { DecisionFields, decisionIn } from './decision-fields.tsx';
import type { Exception } from './exception-queries.ts';
import { ACTION_NAMES, type Action, useDecision } from './resolution.ts';

type Props = Readonly<{
  action: Action;
  exception: Exception;
  onClose: () => void;
  onDone: () => void;
}>;

/** Asks for the reason, and says before what the decision does. */
export function DecisionDialog({ action, exception, onClose, onDone }: Props) {
  const sending = useDecision(exception, onDone);
  const send = (form: FormData): string | undefined => {
    const decision = decisionIn(form, action);
    if (typeof decision === 'string') return decision;
    sending.mutation.mutate(decision);
    return undefined;
  };
  return (
    <Dialog title={ACTION_NAMES[action]} onClose={onClose}>
      <SendForm
        onSend={send}
        sending={sending}
        name={ACTION_NAMES[action]}
        tone={action === 'ignore' ? 'bad' : 'main'}
      >
        <p>{whatItDoes(action, exception)}</p>
        <DecisionFields action={action} />
      </SendForm>
    </Dialog>
  );
}

function whatItDoes(action: Action, { difference, currency }: Exception): string {
  switch (action) {
    case 'accept_difference':
      return `${difference === undefined || currency === undefined ? 'The difference' : money(difference, currency)} is posted to the account of differences, and the transaction is settled.`;
    case 'link':
      return 'The transaction you name is settled by what the row says.';
    case 'expect_later':
      return 'It stays open, and is put off until then.';
    case 'ignore':
      return 'It is closed for good, and nothing is posted.';
  }
}
