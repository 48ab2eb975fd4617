import { Field } from '../parts/field.tsx';
import { textOf } from '../parts/form-text.ts';
import { PAIR, pairOf } from '../payments/payment-search.ts';
import type { NewExport } from './export-queries.ts';
import type { ExportSearch } from './export-search.ts';

type Props = Readonly<{ given: ExportSearch }>;
type Filters = NonNullable<NewExport['filters']>;
type Choice = Pick<Filters, 'metadata' | 'idempotency_key' | 'attention'>;

/** What payments of one file are chosen by, and those of a schedule's files are not. */
export const ChoiceFields = ({ given }: Props) => (
  <>
    <div className="grid grid-cols-2 gap-3">
      <Field label="Metadata" name="metadata" placeholder="order=1001" defaultValue={given.metadata} />
      <Field label="Key" name="idempotency_key" defaultValue={given.idempotency_key} />
    </div>
    <label className="flex items-center gap-2">
      <input
        type="checkbox"
        name="attention"
        className="size-4"
        defaultChecked={given.attention !== undefined}
      />
      Only those that need attention
    </label>
  </>
);

/** What was filled in, or what keeps it from being sent. */
export function choiceIn(form: FormData): Choice | string {
  const [pair, idempotency_key] = ['metadata', 'idempotency_key'].map((name) => textOf(form, name));
  if (pair !== undefined && !PAIR.test(pair)) return 'A pair of metadata is written as order=1001.';
  return {
    ...(pair === undefined ? {} : { metadata: pairOf(pair) }),
    ...(idempotency_key === undefined ? {} : { idempotency_key }),
    ...(form.has('attention') ? { attention: true } : {}),
  };
}
