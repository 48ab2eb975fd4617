import { Plus } from 'lucide-react';
import { type FormEvent, useId, useState } from 'react';
import { Failure } from '../parts/answers.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { limitsWritten, writtenLimits } from './limits.ts';
import { type Merchant, useMerchantChange } from './merchant-queries.ts';

type Props = Readonly<{ merchant: Merchant; onClose: () => void; onDone: () => void }>;

/** The limits of a merchant, changed as they were seen when the form was opened. */
export function LimitsDialog({ merchant, onClose, onDone }: Props) {
  const [seen] = useState(merchant);
  const change = useMerchantChange(seen, onDone);
  const [counts, setCounts] = useState(() => writtenLimits(seen.rate_limits).counts);
  const [amounts, setAmounts] = useState(() => writtenLimits(seen.rate_limits).amounts);
  const [added, setAdded] = useState('');
  const [fault, setFault] = useState<string>();
  const code = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // A currency that was written and not added would be lost without a word.
    if (added.trim() !== '') return add();
    const had = new Set(writtenLimits(seen.rate_limits).amounts.map(([currency]) => currency));
    const meant = amounts.filter(([currency, text]) => text !== '' || had.has(currency));
    const read = limitsWritten(counts, meant);
    setFault(typeof read === 'string' ? read : undefined);
    if (typeof read !== 'string' && !change.isPending) change.mutate({ rate_limits: read });
  };
  const add = () => {
    const currency = added.trim().toUpperCase();
    if (!/^[A-Z]{3}$/.test(currency)) return setFault('currency');
    setFault(undefined);
    if (!amounts.some(([known]) => known === currency)) setAmounts([...amounts, [currency, '']]);
    setAdded('');
  };
  return (
    <Dialog title={`Limits of ${seen.name}`} onClose={onClose}>
      <form onSubmit={submit} noValidate className="flex flex-col gap-4">
        <p className="text-quiet">0 sets no limit. An amount that is emptied takes its currency away.</p>
        <div className="grid grid-cols-2 gap-3">
          <Field
            label="Payments a minute"
            value={counts.payments_per_minute}
            isWrong={fault === 'payments_per_minute'}
            isFirst
            onChange={(payments_per_minute) => setCounts({ ...counts, payments_per_minute })}
          />
          <Field
            label="Payments a day"
            value={counts.payments_per_day}
            isWrong={fault === 'payments_per_day'}
            onChange={(payments_per_day) => setCounts({ ...counts, payments_per_day })}
          />
          {amounts.map(([currency, text], at) => (
            <Field
              key={currency}
              label={`One payment, ${currency}`}
              value={text}
              isWrong={fault === currency}
              onChange={(next) => setAmounts(amounts.with(at, [currency, next]))}
            />
          ))}
        </div>
        <div className="flex items-end gap-2">
          <div className="flex flex-col gap-1">
            <label htmlFor={code} className="text-xs font-medium">
              Another currency
            </label>
            <input
              id={code}
              maxLength={3}
              autoComplete="off"
              spellCheck={false}
              placeholder="EUR"
              aria-invalid={fault === 'currency'}
              className="field w-28 uppercase aria-invalid:border-bad"
              value={added}
              onChange={({ target }) => setAdded(target.value)}
              onKeyDown={(event) => {
                if (event.key !== 'Enter') return;
                event.preventDefault();
                add();
              }}
            />
          </div>
          <button type="button" className="button h-9" onClick={add}>
            <Plus aria-hidden className="size-4" />
            Add
          </button>
        </div>
        <p role="alert" className="min-h-5 text-bad">
          {fault === 'currency'
            ? 'A currency is three letters, as USD.'
            : fault !== undefined && 'A limit is a number, and of an amount one as 1234.50.'}
        </p>
        {change.error !== null && <Failure error={change.error} />}
        <button type="submit" aria-disabled={change.isPending} className="button button-main h-9 self-end">
          {change.isPending ? 'Sending…' : 'Set limits'}
        </button>
      </form>
    </Dialog>
  );
}

type FieldProps = Readonly<{
  label: string;
  value: string;
  isWrong: boolean;
  isFirst?: boolean;
  onChange: (text: string) => void;
}>;

const Field = ({ label, value, isWrong, isFirst = false, onChange }: FieldProps) => (
  <label className="flex min-w-0 flex-col gap-1 text-xs font-medium">
    {label}
    <input
      inputMode="decimal"
      autoComplete="off"
      data-first={isFirst ? '' : undefined}
      aria-invalid={isWrong}
      value={value}
      onChange={({ target }) => onChange(target.value.trim())}
      className="field text-sm font-normal tabular-nums aria-invalid:border-bad"
    />
  </label>
);
