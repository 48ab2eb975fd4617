import { useEffect, useState } from 'react';
import { count } from '../parts/count.ts';
import { type ExportJob, isUnderWay } from './export-queries.ts';

type Sample = Readonly<{ at: number; rows: number }>;

/** How many rows of how many, how fast, and how long that leaves; measured since this page first saw it under way. */
export function ExportProgress({ job, readAt }: Readonly<{ job: ExportJob; readAt: number }>) {
  const { rows_done: rows, rows_total: total } = job.progress;
  const [first, setFirst] = useState<Sample>();
  const isMade = isUnderWay(job);
  useEffect(() => {
    if (isMade) setFirst((was) => was ?? { at: readAt, rows });
  }, [isMade, readAt, rows]);
  if (!isMade) return null;
  const rate = first === undefined ? undefined : rateSince(first, { at: readAt, rows });
  const said = [
    total === undefined ? `${count(rows)} rows` : `${count(rows)} of ${count(total)} rows`,
    ...(rate === undefined ? [] : [`${count(Math.round(rate))} a second`]),
    ...(rate === undefined || total === undefined ? [] : [`${timeLeft((total - rows) / rate)} left`]),
  ];
  return (
    <label className="flex flex-col gap-2 tabular-nums">
      {said.join(' · ')}
      <progress
        className="h-2 w-full"
        {...(total === undefined || total === 0 ? {} : { max: total, value: rows })}
      />
    </label>
  );
}

/** Rows a second; undefined before there are two reads with rows between them. */
function rateSince(first: Sample, now: Sample): number | undefined {
  const rows = now.rows - first.rows;
  const seconds = (now.at - first.at) / 1_000;
  return rows > 0 && seconds > 0 ? rows / seconds : undefined;
}

const timeLeft = (seconds: number): string =>
  seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
