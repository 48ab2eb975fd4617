import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { Failure } from './answers.tsx';
import { submitFromChoice } from './submit-from-choice.ts';

type Props = Readonly<{
  /** Sends what was filled in, or says what keeps it from being sent. Not called while an answer is on its way, or was lost. */
  onSend: (form: FormData) => string | undefined;
  sending: Readonly<{
    mutation: Readonly<{ isPending: boolean; error: unknown }>;
    /** There is no final answer: only the same may be sent again. */
    isUndecided: boolean;
    again: () => void;
  }>;
  /** What the button says. */
  name: string;
  tone?: 'main' | 'bad';
  /** The button has the focus first. */
  isFirst?: boolean;
  /** What a change of the form does; with it the form can be changed also while there is no final answer. */
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
  const { mutation, isUndecided, again } = sending;
  const [fault, setFault] = useState<string>();
  const button = useRef<HTMLButtonElement>(null);
  const isLocked = isUndecided && onChange === undefined;
  useEffect(() => {
    const { activeElement } = document;
    const isLost = activeElement === document.body || button.current?.form?.contains(activeElement);
    if (isLocked && isLost) button.current?.focus();
  }, [isLocked]);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (mutation.isPending) return;
    if (isUndecided) again();
    else setFault(onSend(new FormData(event.currentTarget)));
  };
  return (
    <form
      onSubmit={submit}
      onChange={onChange}
      onKeyDown={submitFromChoice}
      className="flex flex-col gap-4"
      noValidate
    >
      <fieldset disabled={isLocked} className="contents">
        {children}
      </fieldset>
      <p role="alert" className="text-bad empty:hidden">
        {fault}
      </p>
      {mutation.error !== null && <Failure error={mutation.error} />}
      {isUndecided && (
        <p className="text-quiet">
          Whether it happened is not known. Sent again it goes out as it was, under the same key, so it
          happens once.
        </p>
      )}
      <button
        ref={button}
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
