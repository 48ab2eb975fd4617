import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CalendarClock } from 'lucide-react';
import { useState } from 'react';
import { Empty, Failure } from '../parts/answers.tsx';
import { inWords, Status } from '../parts/badge.tsx';
import { Time } from '../parts/clock.tsx';
import { List } from '../parts/list.tsx';
import { Section } from '../parts/page.tsx';
import { useSteadyList } from '../parts/steady-list.ts';
import { CELL, Table } from '../parts/table.tsx';
import { type ExportSchedule, scheduleList, useScheduleChange } from './export-queries.ts';
import { RemovalDialog } from './removal-dialog.tsx';
import { ScheduleDialog } from './schedule-dialog.tsx';

const COLUMNS = [
  { name: 'Rows of' },
  { name: 'Each', look: 'w-20 sm:w-44 lg:w-60' },
  { name: 'Status', look: 'hidden w-24 sm:table-cell' },
  { name: 'Next run', look: 'hidden w-44 xl:table-cell' },
  { name: 'Last file', look: 'hidden w-28 xl:table-cell' },
  { name: 'What can be done', look: 'w-24 text-right sm:w-44', isSilent: true },
];

/** Exports that are ordered once each day, week or month is over. */
export function Schedules() {
  const list = useSteadyList(useInfiniteQuery(scheduleList));
  const [isAsked, setAsked] = useState(false);
  const [removed, setRemoved] = useState<ExportSchedule>();
  const { mutation, renew } = useScheduleChange(() => {});
  const pause = (schedule: ExportSchedule) => {
    if (mutation.isPending) return;
    // What is shown says by now whether the change before was made.
    renew();
    mutation.mutate({ schedule, to: schedule.status === 'paused' ? 'active' : 'paused' });
  };
  return (
    <Section
      title="Schedules"
      aside={
        <button type="button" className="button" onClick={() => setAsked(true)}>
          <CalendarClock aria-hidden className="size-4" />
          New schedule
        </button>
      }
    >
      <List
        list={list}
        name="schedules"
        empty={
          <Empty title="No schedule yet">One orders an export once each day, week or month is over.</Empty>
        }
      >
        {(schedules) => (
          <Table caption="Schedules, newest first" columns={COLUMNS}>
            {schedules.map((schedule) => (
              <Row
                key={schedule.id}
                schedule={schedule}
                isOff={mutation.isPending}
                onPause={() => pause(schedule)}
                onRemove={() => setRemoved(schedule)}
              />
            ))}
          </Table>
        )}
      </List>
      {mutation.error !== null && <Failure error={mutation.error} />}
      {isAsked && <ScheduleDialog onClose={() => setAsked(false)} onMade={list.admit} />}
      {removed !== undefined && <RemovalDialog schedule={removed} onClose={() => setRemoved(undefined)} />}
    </Section>
  );
}

type RowProps = Readonly<{
  schedule: ExportSchedule;
  isOff: boolean;
  onPause: () => void;
  onRemove: () => void;
}>;

function Row({ schedule, isOff, onPause, onRemove }: RowProps) {
  const { kind, status, next_run, last_run, error } = schedule;
  return (
    <tr className="hover:bg-hover">
      <td className={CELL} title={schedule.id}>
        {inWords(kind)}
      </td>
      <td className={`${CELL} text-quiet`}>{whenOf(schedule)}</td>
      <td className={`${CELL} hidden sm:table-cell`} title={error}>
        <Status of={error === undefined ? status : 'failed'} />
      </td>
      <td className={`${CELL} hidden text-quiet xl:table-cell`}>
        {next_run === undefined ? '—' : <Time at={next_run.at} />}
      </td>
      <td className={`${CELL} hidden xl:table-cell`}>
        {last_run === undefined ? (
          <span className="text-quiet">—</span>
        ) : (
          <Link
            to="/exports"
            search={{ export: last_run.export_id }}
            resetScroll={false}
            aria-label={`The file of ${last_run.period.from}`}
            className="rounded text-accent hover:underline"
          >
            {last_run.period.from}
          </Link>
        )}
      </td>
      <td className="px-3 py-2 text-right">
        <span className="inline-flex flex-wrap justify-end gap-2">
          <button type="button" className="button h-7 px-2" aria-disabled={isOff} onClick={onPause}>
            {status === 'paused' ? 'Resume' : 'Pause'}
          </button>
          <button type="button" className="button h-7 px-2" onClick={onRemove}>
            Delete…
          </button>
        </span>
      </td>
    </tr>
  );
}

function whenOf({ every, at: { time, weekday, day }, timezone }: ExportSchedule): string {
  const on = weekday === undefined ? (day === undefined ? '' : `, day ${day},`) : `, ${inWords(weekday)}`;
  return `${inWords(every)}${on} ${time} ${timezone}`;
}
