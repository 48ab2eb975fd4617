import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import { Failure } from '../parts/answers.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { type Customer, eraseCustomer } from './customer-queries.ts';

type Props = Readonly<{ customer: Customer; onClose: () => void; onDone: () => void }>;

/** Asks for the customer's email in full, because what is erased cannot be had back. */
export function EraseDialog({ customer, onClose, onDone }: Props) {
  const id = useId();
  const [typed, setTyped] = useState('');
  const erase = useMutation({ mutationFn: () => eraseCustomer(customer), onSuccess: onDone });
  const isMeant = typed.trim() === customer.email;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isMeant && !erase.isPending) erase.mutate();
  };
  return (
    <Dialog title="Erase this customer" onClose={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <p>
          The key of the details is destroyed: nothing that is kept of them, in the audit trail either, can be
          read again. Payments stay. This cannot be undone.
        </p>
        <div className="flex flex-col gap-1.5">
          <label htmlFor={id} className="font-medium">
            Type <span className="font-mono text-[13px] break-all">{customer.email}</span>
          </label>
          <input
            id={id}
            data-first
            autoComplete="off"
            spellCheck={false}
            className="field"
            value={typed}
            onChange={({ target }) => setTyped(target.value)}
          />
        </div>
        {erase.isError && <Failure error={erase.error} />}
        <button
          type="submit"
          className="button button-bad h-9 self-end"
          disabled={!isMeant || erase.isPending}
        >
          {erase.isPending ? 'Erasing…' : 'Erase'}
        </button>
      </form>
    </Dialog>
  );
}
