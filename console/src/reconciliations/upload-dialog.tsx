import { useState } from 'react';
import { Dialog } from '../parts/dialog.tsx';
import { Choose, Field } from '../parts/field.tsx';
import { textOf } from '../parts/form-text.ts';
import { SendForm } from '../parts/send-form.tsx';
import { MOST_BYTES, mayBeRead, type Source, useUpload } from './upload.ts';

const CHOICES = [
  ['native', 'This service'],
  ['stripe', 'Stripe'],
  ['adyen', 'Adyen'],
  ['mapped', 'Another, by a mapping'],
] as const satisfies readonly (readonly [Source, string])[];

type Props = Readonly<{
  onClose: () => void;
  onOrdered: (id: string) => void;
  onDone: (id: string) => void;
}>;

/** Sends a processor's file, which is then read by a job. */
export function UploadDialog({ onClose, onOrdered, onDone }: Props) {
  const { sending, sent, stop } = useUpload(onOrdered, onDone);
  const [source, setSource] = useState<Source>('native');
  const send = (form: FormData): string | undefined => {
    const file = form.get('file');
    const mapping = source === 'mapped' ? textOf(form, 'mapping') : undefined;
    if (!(file instanceof File) || file.size === 0) return 'Choose a file that is not empty.';
    if (!mayBeRead(file)) return 'Choose a CSV file, or one in gzip.';
    if (file.size > MOST_BYTES) return 'The file is larger than 1 GiB. In gzip it may fit.';
    if (source === 'mapped' && mapping === undefined)
      return 'Name the mapping that says what its columns mean.';
    sending.mutation.mutate({ file, source, mapping });
    return undefined;
  };
  const total = sending.mutation.variables?.file.size;
  return (
    <Dialog title="Reconcile a file" onClose={onClose}>
      <SendForm onSend={send} sending={sending} name="Reconcile" onChange={sending.renew}>
        <Field
          label="File"
          hint="CSV, or the same in gzip, up to 1 GiB. The same file again leads to what became of it."
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
        {sent !== undefined && total !== undefined && <Sent bytes={sent} total={total} onStop={stop} />}
      </SendForm>
    </Dialog>
  );
}

const MIB = 1_024 ** 2;
const mib = (bytes: number): string => (bytes / MIB).toFixed(1);

/** How much of a file has gone to its link. */
function Sent({ bytes, total, onStop }: Readonly<{ bytes: number; total: number; onStop: () => void }>) {
  return (
    <div className="flex items-end gap-3">
      <label className="flex min-w-0 flex-1 flex-col gap-2 tabular-nums">
        {mib(bytes)} of {mib(total)} MiB sent
        <progress className="h-2 w-full" max={total} value={bytes} />
      </label>
      <button type="button" className="button h-9" onClick={onStop}>
        Stop
      </button>
    </div>
  );
}
