import { useState } from 'react';
import { Dialog } from '../parts/dialog.tsx';
import { Choose, Field } from '../parts/field.tsx';
import { textOf } from '../parts/form-text.ts';
import { SendForm } from '../parts/send-form.tsx';
import { MOST_BYTES, type Source, useUpload } from './upload.ts';

const CHOICES = [
  ['native', 'This service'],
  ['stripe', 'Stripe'],
  ['adyen', 'Adyen'],
  ['mapped', 'Another, by a mapping'],
] as const satisfies readonly (readonly [Source, string])[];

type Props = Readonly<{ onClose: () => void; onDone: (id: string) => void }>;

/** Sends a processor's file, which is then read by a job. */
export function UploadDialog({ onClose, onDone }: Props) {
  const sending = useUpload(onDone);
  const [source, setSource] = useState<Source>('native');
  const send = (form: FormData): string | undefined => {
    const file = form.get('file');
    const mapping = source === 'mapped' ? textOf(form, 'mapping') : undefined;
    if (!(file instanceof File) || file.size === 0) return 'Choose a file that is not empty.';
    if (file.size > MOST_BYTES)
      return 'The file is larger than 10 MiB. In gzip it may fit; others go to a link of POST /reconciliations.';
    if (source === 'mapped' && mapping === undefined)
      return 'Name the mapping that says what its columns mean.';
    sending.mutation.mutate({ file, source, mapping });
    return undefined;
  };
  return (
    <Dialog title="Reconcile a file" onClose={onClose}>
      <SendForm onSend={send} sending={sending} name="Reconcile" onChange={sending.renew}>
        <Field
          label="File"
          hint="CSV, or the same in gzip, up to 10 MiB. The same file again leads to what became of it."
          name="file"
          type="file"
          accept=".csv,.gz,text/csv,application/gzip"
          data-first
        />
        <Choose
          label="Whose columns it has"
          name="source"
          choices={CHOICES}
          value={source}
          onChange={({ target }) => setSource(target.value as Source)}
        />
        {source === 'mapped' && (
          <Field label="Mapping" hint="By its name in the merchant’s settlement mappings." name="mapping" />
        )}
      </SendForm>
    </Dialog>
  );
}
