import { mayUse } from '../api/session.ts';
import { ENTITY_TYPES } from '../audit/audit-search.ts';
import { inWords } from '../parts/badge.tsx';
import { Choose, Field } from '../parts/field.tsx';
import { textOf } from '../parts/form-text.ts';
import { decimal, parseDecimal, toNumber } from '../parts/money.ts';
import { STATUSES } from '../payments/payment-search.ts';
import { useSession } from '../shell/session-context.ts';
import type { NewExport, NewSchedule } from './export-queries.ts';
import { type ExportSearch, KINDS, type Kind, NEEDED } from './export-search.ts';

const ANY = ['', 'Any'] as const;
const named = (values: readonly string[]) => [
  ANY,
  ...values.map((value) => [value, inWords(value)] as const),
];
export const isOfPayments = (kind: Kind): boolean => kind === 'payments' || kind === 'transactions';

type Props = Readonly<{
  kind: Kind;
  onKind: (kind: Kind) => void;
  given: ExportSearch;
  /** The kind has the focus first. */
  isFirst: boolean;
}>;

/** What the rows are of, which of them, and how they are written; a kind has its filters and no other. */
export function ExportFields({ kind, onKind, given, isFirst }: Props) {
  const session = useSession();
  const kinds = KINDS.filter((each) => mayUse(session, NEEDED[each]));
  return (
    <>
      <Choose
        label="Rows of"
        name="kind"
        choices={kinds.map((each) => [each, inWords(each)] as const)}
        value={kind}
        data-first={isFirst ? '' : undefined}
        onChange={({ target }) => onKind(target.value as Kind)}
      />
      {isOfPayments(kind) && <PaymentFilters given={given} />}
      {kind === 'audit' ? (
        <div className="grid grid-cols-2 gap-3">
          <Choose
            label="Of"
            name="entity_type"
            choices={named(ENTITY_TYPES)}
            defaultValue={given.entity_type}
          />
          <Field label="Id" name="entity_id" defaultValue={given.entity_id} />
        </div>
      ) : (
        !isOfPayments(kind) && (
          <Field label="Currency" name="currency" maxLength={3} defaultValue={given.currency} />
        )
      )}
      <div className="grid grid-cols-2 items-end gap-3">
        <Choose
          label="Format"
          name="format"
          choices={[
            ['csv', 'CSV'],
            ['json', 'JSON lines'],
          ]}
        />
        <label className="flex h-9 items-center gap-2">
          <input type="checkbox" name="gzip" className="size-4" />
          In gzip
        </label>
      </div>
    </>
  );
}

function PaymentFilters({ given }: Pick<Props, 'given'>) {
  const { currency, min_amount, max_amount } = given;
  const written = (minor: string | undefined) =>
    minor === undefined || currency === undefined ? undefined : decimal(BigInt(minor), currency, false);
  return (
    <>
      <div className="grid grid-cols-2 gap-3">
        <Choose label="Status" name="status" choices={named(STATUSES)} defaultValue={given.status} />
        <Field label="Declined as" name="decline_code" defaultValue={given.decline_code} />
      </div>
      <Field label="Customer" name="customer_id" defaultValue={given.customer_id} />
      <div className="grid grid-cols-3 gap-3">
        <Field label="Currency" name="currency" maxLength={3} defaultValue={currency} />
        <Field label="At least" name="min_amount" defaultValue={written(min_amount)} />
        <Field label="At most" name="max_amount" defaultValue={written(max_amount)} />
      </div>
    </>
  );
}

type Written = Pick<NewExport, 'kind' | 'format' | 'gzip'> & Readonly<{ filters: Filters }>;
type Filters = NonNullable<NewSchedule['filters']>;

/** What was filled in, or what keeps it from being sent. */
export function exportIn(form: FormData, kind: Kind): Written | string {
  const read = (name: string) => textOf(form, name);
  const currency = read('currency')?.toUpperCase();
  if (currency !== undefined && !/^[A-Z]{3}$/.test(currency)) return 'A currency is three letters, as USD.';
  const filters: Record<string, string | number> = {};
  for (const name of ['min_amount', 'max_amount']) {
    const text = read(name);
    if (text === undefined) continue;
    if (currency === undefined) return 'Name the currency that the amounts are in.';
    const minor = parseDecimal(text, currency);
    const amount = minor === undefined ? undefined : toNumber(minor);
    if (amount === undefined) return `An amount is written as ${decimal(1999, currency)}.`;
    filters[name] = amount;
  }
  for (const name of ['status', 'customer_id', 'decline_code', 'entity_type', 'entity_id']) {
    const text = read(name);
    if (text !== undefined) filters[name] = text;
  }
  if (currency !== undefined) filters['currency'] = currency;
  return {
    kind,
    format: read('format') === 'json' ? 'json' : 'csv',
    gzip: form.has('gzip'),
    filters: filters as Filters,
  };
}
