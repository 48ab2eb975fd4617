import { type FormEvent, useId, useState } from 'react';
import type { Schemas } from '../api/api.ts';
import { Failure } from '../parts/answers.tsx';
import { inWords } from '../parts/badge.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { decimal, money, parseDecimal, toNumber } from '../parts/money.ts';
import { useModification } from './modification.ts';
import type { Payment } from './payment-queries.ts';
import { type Action, capturable, refundable } from './what-is-left.ts';

type Props = Readonly<{
  action: Action;
  payment: Payment;
  onClose: () => void;
  onDone: (transaction: Schemas['Transaction']) => void;
}>;

/** Asks how much, says what is left, and refuses here what the API would refuse. */
export function ModificationDialog({ action, payment, onClose, onDone }: Props) {
  const { currency } = payment;
  const left = action === 'refund' ? refundable(payment) : capturable(payment);
  const { mutation, key, isUndecided, again } = useModification(action, payment.id, onDone);
  const [text, setText] = useState(() => decimal(left, currency, false));
  const [isLast, setLast] = useState(false);
  const [reason, setReason] = useState('');
  const [isAsked, setAsked] = useState(false);
  const ids = { amount: useId(), left: useId(), fault: useId(), reason: useId() };
  const amount = parseDecimal(text, currency);
  const fault = action === 'void' ? undefined : faultOf(amount, left, currency);
  const isLocked = mutation.isPending || isUndecided;
  const isShown = isAsked && fault !== undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (mutation.isPending) return;
    if (isUndecided) return again();
    setAsked(true);
    if (fault !== undefined) return;
    const minor = toNumber(amount ?? 0n);
    mutation.mutate({
      ...(action === 'void' || minor === undefined ? {} : { amount: minor }),
      ...(action === 'refund' && reason.trim() !== '' ? { reason: reason.trim() } : {}),
      ...(action === 'capture' && isLast ? { final: true } : {}),
    });
  };
  const verb = inWords(action);
  const button =
    action === 'void' || amount === undefined || fault !== undefined
      ? verb
      : `${verb} ${money(amount, currency)}`;
  return (
    <Dialog title={`${verb} payment`} onClose={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-4" noValidate>
        {action === 'void' ? (
          <p>
            {payment.captured_amount > 0
              ? `${money(left, currency)} that were not captured are released. What was captured stays.`
              : `${money(payment.amount, currency)} are released and the payment is canceled. This cannot be undone.`}
          </p>
        ) : (
          <div className="flex flex-col gap-1.5">
            <label htmlFor={ids.amount} className="font-medium">
              Amount
            </label>
            <div className="relative">
              <input
                id={ids.amount}
                inputMode="decimal"
                autoComplete="off"
                data-first
                readOnly={isLocked}
                aria-invalid={isShown}
                aria-describedby={`${ids.left} ${ids.fault}`}
                className="field pr-14 tabular-nums aria-invalid:border-bad"
                value={text}
                onFocus={({ target }) => target.select()}
                onChange={({ target }) => setText(target.value)}
              />
              <span className="pointer-events-none absolute top-2 right-3 text-quiet">{currency}</span>
            </div>
            <p id={ids.left} className="text-quiet">
              {money(left, currency)} left to {action}
            </p>
            <p id={ids.fault} role="alert" className="min-h-5 text-bad">
              {isShown ? fault : ''}
            </p>
          </div>
        )}
        {action === 'refund' && (
          <div className="flex flex-col gap-1.5">
            <label htmlFor={ids.reason} className="font-medium">
              Reason <span className="font-normal text-quiet">(optional)</span>
            </label>
            <input
              id={ids.reason}
              maxLength={255}
              readOnly={isLocked}
              className="field"
              value={reason}
              onChange={({ target }) => setReason(target.value)}
            />
          </div>
        )}
        {action === 'capture' && (
          <label className="flex items-center gap-2">
            <input
              type="checkbox"
              className="size-4"
              checked={isLast}
              disabled={isLocked}
              onChange={({ target }) => setLast(target.checked)}
            />
            The last capture: release the rest
          </label>
        )}
        {mutation.error !== null && <Failure error={mutation.error} />}
        {isUndecided && (
          <p className="text-quiet">
            Whether it happened is not known. Sent again it goes out as it was, under the same key, so it
            happens once at most.
          </p>
        )}
        <div className="flex items-center justify-end gap-2">
          <button
            type="submit"
            data-first={action === 'void' ? '' : undefined}
            aria-disabled={mutation.isPending}
            className={`button h-9 ${action === 'capture' ? 'button-main' : 'button-bad'}`}
          >
            {mutation.isPending ? 'Sending…' : isUndecided ? 'Send again' : button}
          </button>
        </div>
        <p className="truncate font-mono text-xs text-quiet" title={key}>
          {key}
        </p>
      </form>
    </Dialog>
  );
}

function faultOf(amount: bigint | undefined, left: bigint, currency: string): string | undefined {
  if (amount === undefined) return `Write an amount as ${decimal(1999, currency)}.`;
  if (amount === 0n) return 'Nothing is no amount.';
  if (amount > left) return `Only ${money(left, currency)} are left.`;
  return toNumber(amount) === undefined ? 'The API takes no amount as large.' : undefined;
}
