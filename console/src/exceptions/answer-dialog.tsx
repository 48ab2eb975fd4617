import { Dialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { textOf } from '../parts/form-text.ts';
import { SendForm } from '../parts/send-form.tsx';
import type { Exception } from './exception-queries.ts';
import { type Answer, useAnswer } from './resolution.ts';

type Props = Readonly<{
  kind: Answer['kind'];
  exception: Exception;
  isOwn: boolean;
  onClose: () => void;
  onDone: () => void;
}>;

/** The second person's word about a resolution that waits, or the first's that takes it back. */
export function AnswerDialog({ kind, exception, isOwn, onClose, onDone }: Props) {
  const sending = useAnswer(exception, onDone);
  const name = kind === 'confirm' ? 'Confirm' : isOwn ? 'Take back' : 'Reject';
  const send = (form: FormData): string | undefined => {
    const reason = textOf(form, 'reason');
    if (kind === 'reject' && reason === undefined) return 'Give a reason: it is kept with the exception.';
    sending.mutation.mutate(kind === 'confirm' ? { kind } : { kind, reason: reason ?? '' });
    return undefined;
  };
  return (
    <Dialog title={`${name} this resolution`} onClose={onClose}>
      <SendForm
        onSend={send}
        sending={sending}
        name={name}
        tone={kind === 'confirm' ? 'main' : 'bad'}
        isFirst={kind === 'confirm'}
      >
        <p>
          {kind === 'confirm'
            ? 'It is done as it was proposed, with you as the second person.'
            : 'Nothing of it is done, and the exception is open again.'}
        </p>
        {kind === 'reject' && <Field label="Reason" name="reason" maxLength={500} data-first />}
      </SendForm>
    </Dialog>
  );
}
