import { Field } from '../parts/field.tsx';
import { textOf } from '../parts/form-text.ts';
import type { Action, Decision } from './resolution.ts';

const DAY_MS = 86_400_000;
/** For how long the API puts an exception off at once. */
const MOST_DAYS = 90;

const dayIn = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);

type Props = Readonly<{ action: Action }>;

/** What goes with an action, its reason last. */
export function DecisionFields({ action }: Props) {
  return (
    <>
      {action === 'expect_later' && (
        <Field
          label="Until (UTC)"
          hint={`At most ${MOST_DAYS} days from now.`}
          name="until"
          type="date"
          min={dayIn(1)}
          max={dayIn(MOST_DAYS)}
          defaultValue={dayIn(7)}
          data-first
        />
      )}
      {action === 'link' && (
        <>
          <Field
            label="Transaction"
            hint="Which one the row settles."
            name="transaction_id"
            placeholder="txn_…"
            spellCheck={false}
            data-first
          />
          <Field
            label="Payment"
            hint="Whose transaction it is; left empty: that of the exception."
            name="payment_id"
            placeholder="pay_…"
            spellCheck={false}
          />
        </>
      )}
      <Field label="Reason" name="reason" maxLength={500} data-first />
    </>
  );
}

/** What was decided, or what keeps it from being sent. */
export function decisionIn(form: FormData, action: Action): Decision | string {
  const [reason, until, transaction_id, payment_id] = ['reason', 'until', 'transaction_id', 'payment_id'].map(
    (name) => textOf(form, name),
  );
  if (action === 'expect_later' && until === undefined) return 'Say until when.';
  if (action === 'link' && !/^txn_[0-9a-f]{32}$/.test(transaction_id ?? ''))
    return 'Write the id of the transaction: txn_ and 32 letters or digits.';
  if (reason === undefined) return 'Give a reason: it is kept with the decision.';
  return {
    action,
    reason,
    ...(action === 'expect_later' ? { until: `${until}T00:00:00Z` } : {}),
    ...(action === 'link' && transaction_id !== undefined ? { transaction_id } : {}),
    ...(action === 'link' && payment_id !== undefined ? { payment_id } : {}),
  };
}
