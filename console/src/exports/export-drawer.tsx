import { useQuery } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { printExact } from '../api/exact-json.ts';
import { Failure, Skeleton } from '../parts/answers.tsx';
import { inWords, Status } from '../parts/badge.tsx';
import { Time } from '../parts/clock.tsx';
import { Copyable } from '../parts/copyable.tsx';
import { count } from '../parts/count.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Facts, Section } from '../parts/page.tsx';
import { ExportProgress } from './export-progress.tsx';
import { type ExportJob, exportQuery, isUnderWay, linkEndsAt, useCancellation } from './export-queries.ts';

/** One export: how far it is, its file once it is made, and what it was ordered as. */
export function ExportDrawer({ id, onClose }: Readonly<{ id: string; onClose: () => void }>) {
  const { data: job, error, dataUpdatedAt, refetch } = useQuery(exportQuery(id));
  return (
    <Dialog
      title={job === undefined ? 'Export' : `Export of ${inWords(job.kind).toLowerCase()}`}
      onClose={onClose}
      drawer
    >
      {job !== undefined ? (
        <Details job={job} readAt={dataUpdatedAt} />
      ) : error === null ? (
        <Skeleton label="Loading the export" />
      ) : (
        <Failure error={error} retry={() => void refetch()} />
      )}
    </Dialog>
  );
}

/** The link has the focus once it is there. */
const focus = (link: HTMLElement | null) => link?.focus();

function Details({ job, readAt }: Readonly<{ job: ExportJob; readAt: number }>) {
  const { mutation: cancellation } = useCancellation();
  return (
    <div className="flex flex-col gap-6">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <span role="status">
          <Status of={job.status} />
        </span>
        {isUnderWay(job) && (
          <button
            type="button"
            className="button"
            aria-disabled={cancellation.isPending}
            onClick={() => !cancellation.isPending && cancellation.mutate(job.id)}
          >
            Cancel
          </button>
        )}
        {job.result_url !== undefined && (
          <a ref={focus} className="button button-main" href={job.result_url} download>
            <Download aria-hidden className="size-4" />
            Download
          </a>
        )}
      </div>
      <ExportProgress job={job} readAt={readAt} />
      {cancellation.error !== null && <Failure error={cancellation.error} />}
      {job.error !== undefined && (
        <p className="rounded-lg bg-bad-wash p-4 text-bad">It failed: {inWords(job.error)}.</p>
      )}
      {job.result_url !== undefined ? (
        <p className="text-quiet">
          This link works until <Time at={linkEndsAt(readAt)} exact />, for all who have it. It is made anew
          while you look.
        </p>
      ) : (
        job.status === 'completed' && (
          <p className="text-quiet">
            {job.delivery === 'stream'
              ? 'It was sent while it was read; no file is kept.'
              : 'Your token may not read such rows, so that it is given no link.'}
          </p>
        )
      )}
      <Facts facts={factsOf(job)} />
      <Section title="Filters">
        {Object.keys(job.query).length === 0 ? (
          <p className="text-quiet">None: all that there was when it was ordered.</p>
        ) : (
          <Facts
            facts={Object.entries(job.query).map(
              ([name, value]) =>
                [inWords(name), typeof value === 'string' ? value : printExact(value)] as const,
            )}
          />
        )}
      </Section>
    </div>
  );
}

const factsOf = (job: ExportJob) =>
  [
    ['Export', <Copyable key="id" text={job.id} label="export id" />],
    ['Rows', count(job.progress.rows_done)],
    [
      'Format',
      `${job.format === 'json' ? 'JSON lines' : job.format.toUpperCase()}${job.gzip ? ', gzip' : ''}`,
    ],
    ['Bytes', job.size === undefined ? undefined : count(job.size)],
    ['Ordered', <Time key="created" at={job.created_at} exact />],
    ['File kept until', job.expires_at && <Time key="kept" at={job.expires_at} exact />],
    [
      'Schedule',
      job.schedule && `Each ${job.schedule.every}: ${job.schedule.period.from} – ${job.schedule.period.to}`,
    ],
  ] as const;
