import { useState } from 'react';
import { inWords } from '../parts/badge.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Choose, Field } from '../parts/field.tsx';
import { textOf } from '../parts/form-text.ts';
import { SendForm } from '../parts/send-form.tsx';
import { ExportFields, exportIn } from './export-fields.tsx';
import { type NewSchedule, useSchedule } from './export-queries.ts';
import type { Kind } from './export-search.ts';

const PERIODS = ['day', 'week', 'month'] as const;
type Period = (typeof PERIODS)[number];
const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

const named = (values: readonly string[]) => values.map((value) => [value, inWords(value)] as const);

type Props = Readonly<{ onClose: () => void; onMade: (id: string) => void }>;

/** Orders a file of every day, week or month, once it is over. */
export function ScheduleDialog({ onClose, onMade }: Props) {
  const sending = useSchedule(onMade, onClose);
  const [kind, setKind] = useState<Kind>('payments');
  const [every, setEvery] = useState<Period>('day');
  const send = (form: FormData): string | undefined => {
    const written = exportIn(form, kind);
    if (typeof written === 'string') return written;
    const at = timeIn(form, every);
    if (typeof at === 'string') return at;
    sending.mutation.mutate({ ...written, every, at, timezone: textOf(form, 'timezone') ?? 'UTC' });
    return undefined;
  };
  return (
    <Dialog title="New schedule" onClose={onClose}>
      <SendForm onSend={send} sending={sending} name="Schedule">
        <ExportFields kind={kind} onKind={setKind} given={{}} isFirst />
        <div className="grid grid-cols-2 gap-3">
          <Choose
            label="Of each"
            choices={named(PERIODS)}
            value={every}
            onChange={({ target }) => setEvery(target.value as Period)}
          />
          {every === 'week' && <Choose label="On" name="weekday" choices={named(WEEKDAYS)} />}
          {every === 'month' && (
            <Field label="On the" name="day" type="number" min={1} max={31} defaultValue={1} />
          )}
          <Field label="At" name="time" type="time" defaultValue="06:00" />
          <Field
            label="Time zone"
            name="timezone"
            defaultValue={Intl.DateTimeFormat().resolvedOptions().timeZone}
          />
        </div>
        <p className="text-quiet">One file of each, ordered in the one after it.</p>
      </SendForm>
    </Dialog>
  );
}

function timeIn(form: FormData, every: Period): NonNullable<NewSchedule['at']> | string {
  const time = textOf(form, 'time');
  if (time === undefined) return 'Say at what time.';
  const weekday = WEEKDAYS.find((each) => each === textOf(form, 'weekday'));
  const day = Number(textOf(form, 'day'));
  if (every === 'month' && !(Number.isInteger(day) && day >= 1 && day <= 31))
    return 'A day of the month is 1 to 31.';
  return {
    time,
    ...(every === 'week' && weekday !== undefined ? { weekday } : {}),
    ...(every === 'month' ? { day } : {}),
  };
}
