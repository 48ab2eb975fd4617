import { type FormEvent, type ReactNode, useState } from 'react';
import { Failure } from './answers.tsx';
import { submitFromChoice } from './submit-from-choice.ts';

type Props = Readonly<{
  /** Sends what was filled in, or says what keeps it from being sent. Not called while an answer is on its way. */
  onSend: (form: FormData) => string | undefined;
  sending: Readonly<{
    mutation: Readonly<{ isPending: boolean; error: unknown }>;
    /** There is no final answer: only the same may be sent again. */
    isUndecided: boolean;
  }>;
  /** What the button says. */
  name: string;
  tone?: 'main' | 'bad';
  /** The button has the focus first. */
  isFirst?: boolean;
  onChange?: () => void;
  children: ReactNode;
}>;

/** A form of a dialog that sends once, with what is wrong with it and what was answered above its button. */
export function SendForm({
  onSend,
  sending,
  name,
  tone = 'main',
  isFirst = false,
  onChange,
  children,
}: Props) {
  const { mutation, isUndecided } = sending;
  const [fault, setFault] = useState<string>();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (!mutation.isPending) setFault(onSend(new FormData(event.currentTarget)));
  };
  return (
    <form
      onSubmit={submit}
      onChange={onChange}
      onKeyDown={submitFromChoice}
      className="flex flex-col gap-4"
      noValidate
    >
      {children}
      <p role="alert" className="text-bad empty:hidden">
        {fault}
      </p>
      {mutation.error !== null && <Failure error={mutation.error} />}
      {isUndecided && (
        <p className="text-quiet">
          Whether it happened is not known. Sent again it goes out under the same key, so it happens once.
        </p>
      )}
      <button
        type="submit"
        data-first={isFirst ? '' : undefined}
        aria-disabled={mutation.isPending}
        className={`button h-9 self-end ${tone === 'bad' ? 'button-bad' : 'button-main'}`}
      >
        {mutation.isPending ? 'Sending…' : isUndecided ? 'Send again' : name}
      </button>
    </form>
  );
}
