import { useState } from 'react';
import { mayUse } from '../api/session.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { textOf } from '../parts/form-text.ts';
import { SendForm } from '../parts/send-form.tsx';
import { useSession } from '../shell/session-context.ts';
import { ChoiceFields, choiceIn } from './export-choice.tsx';
import { ExportFields, exportIn, isOfPayments } from './export-fields.tsx';
import { useOrder } from './export-queries.ts';
import { type ExportSearch, type Kind, NEEDED } from './export-search.ts';

type Props = Readonly<{
  given: ExportSearch;
  onClose: () => void;
  onOrdered: (id: string) => void;
  onDone: (id: string) => void;
}>;

/** Orders a file, with what the address names filled in. */
export function ExportDialog({ given, onClose, onOrdered, onDone }: Props) {
  const sending = useOrder(onOrdered, onDone);
  const session = useSession();
  const [kind, setKind] = useState<Kind>(
    given.kind !== undefined && mayUse(session, NEEDED[given.kind]) ? given.kind : 'payments',
  );
  const send = (form: FormData): string | undefined => {
    const written = exportIn(form, kind);
    if (typeof written === 'string') return written;
    const choice = choiceIn(form);
    if (typeof choice === 'string') return choice;
    const [start_date, end_date] = ['start_date', 'end_date'].map((name) => textOf(form, name));
    const { filters, ...rest } = written;
    sending.mutation.mutate({
      ...rest,
      ...(form.has('bom') && rest.format === 'csv' ? { bom: true } : {}),
      filters: {
        ...filters,
        ...choice,
        ...(start_date === undefined ? {} : { start_date }),
        ...(end_date === undefined ? {} : { end_date }),
      },
    });
    return undefined;
  };
  return (
    <Dialog title="New export" onClose={onClose}>
      <SendForm onSend={send} sending={sending} name="Export">
        <ExportFields kind={kind} onKind={setKind} given={given} isFirst />
        {isOfPayments(kind) && <ChoiceFields given={given} />}
        <div className="grid grid-cols-2 gap-3">
          <Field
            label="From (UTC)"
            name="start_date"
            type={given.start_date?.includes('T') ? 'text' : 'date'}
            defaultValue={given.start_date}
          />
          <Field
            label="To (UTC)"
            name="end_date"
            type={given.end_date?.includes('T') ? 'text' : 'date'}
            defaultValue={given.end_date}
          />
        </div>
        <label className="flex items-center gap-2">
          <input type="checkbox" name="bom" className="size-4" />
          Of CSV: a byte order mark, for Excel
        </label>
      </SendForm>
    </Dialog>
  );
}
