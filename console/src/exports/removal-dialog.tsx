import { inWords } from '../parts/badge.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { SendForm } from '../parts/send-form.tsx';
import { type ExportSchedule, useScheduleChange } from './export-queries.ts';

type Props = Readonly<{ schedule: ExportSchedule; onClose: () => void }>;

export function RemovalDialog({ schedule, onClose }: Props) {
  const sending = useScheduleChange(onClose);
  const send = (): undefined => {
    sending.mutation.mutate({ schedule, to: 'removed' });
  };
  return (
    <Dialog title="Delete this schedule" onClose={onClose}>
      <SendForm onSend={send} sending={sending} name="Delete" tone="bad" isFirst>
        <p>
          {inWords(schedule.kind)} are ordered no more each {schedule.every}. Files that it ordered stay.
        </p>
      </SendForm>
    </Dialog>
  );
}
