import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Download } from 'lucide-react';
import { KINDS } from '../exceptions/exception-search.ts';
import { Empty, Failure, Skeleton } from '../parts/answers.tsx';
import { BackLink } from '../parts/back-link.tsx';
import { inWords, Status } from '../parts/badge.tsx';
import { Time } from '../parts/clock.tsx';
import { Copyable } from '../parts/copyable.tsx';
import { count } from '../parts/count.ts';
import { List } from '../parts/list.tsx';
import { Facts, Page, Section } from '../parts/page.tsx';
import { CurrencySums } from './currency-sums.tsx';
import { OutcomeFunnel } from './outcome-funnel.tsx';
import { isUnderWay, type Reconciliation, reconciliationQuery, rowList } from './reconciliation-queries.ts';
import type { ReconciliationSearch } from './reconciliation-search.ts';
import { RowTable } from './row-table.tsx';

const route = getRouteApi('/reconciliations/$id');
const BACK = <BackLink to="/reconciliations">Reconciliation</BackLink>;

export function ReconciliationPage() {
  const { id } = route.useParams();
  const search = route.useSearch();
  const { data: reconciliation, error, refetch } = useQuery(reconciliationQuery(id));
  if (reconciliation === undefined)
    return (
      <Page title="Reconciliation" eyebrow={BACK}>
        {error === null ? (
          <Skeleton label="Loading the reconciliation" />
        ) : (
          <Failure error={error} retry={() => void refetch()} />
        )}
      </Page>
    );
  return (
    <Page title={reconciliation.file} eyebrow={BACK} actions={<Reports of={reconciliation} />}>
      <div className="-mt-2 flex flex-wrap items-center gap-3">
        <Status of={reconciliation.status} />
        <Progress of={reconciliation} />
      </div>
      <Fault of={reconciliation} />
      <OutcomeFunnel of={reconciliation} chosen={search.outcome} />
      <CurrencySums of={reconciliation} />
      {reconciliation.sha256 !== undefined && <Rows of={reconciliation} search={search} />}
      <Section title="Details">
        <Facts facts={factsOf(reconciliation)} />
      </Section>
    </Page>
  );
}

/** Links differ at each read, and are good for 15 minutes. */
function Reports({ of: { report_url, report_csv_url } }: Readonly<{ of: Reconciliation }>) {
  const links = [
    ['Report as JSON', report_url],
    ['Rows as CSV', report_csv_url],
  ] as const;
  return links.map(
    ([name, href]) =>
      href !== undefined && (
        <a key={name} className="button" href={href} download>
          <Download aria-hidden className="size-4" />
          {name}
        </a>
      ),
  );
}

/** How far the file has been read: first its rows are counted, then each is matched. */
function Progress({ of }: Readonly<{ of: Reconciliation }>) {
  if (!isUnderWay(of)) return null;
  const { rows_done, rows_total, rows_counted } = of;
  const said =
    rows_total !== undefined
      ? `${count(rows_done)} of ${count(rows_total)} rows matched`
      : rows_counted !== undefined
        ? `${count(rows_counted)} rows counted`
        : 'It waits to be read.';
  return (
    <label className="flex flex-wrap items-center gap-3 text-quiet tabular-nums">
      <progress
        className="h-2 w-40"
        {...(rows_total === undefined ? {} : { max: rows_total, value: rows_done })}
      />
      {said}
    </label>
  );
}

function Fault({ of: { error, duplicate_of, report_error } }: Readonly<{ of: Reconciliation }>) {
  const at = [error?.line !== undefined && `line ${error.line}`, error?.column].filter(Boolean).join(', ');
  const said = [
    error && `The file was refused: ${inWords(error.code)}${at === '' ? '' : ` (${at})`}.`,
    report_error && `The report could not be made: ${inWords(report_error)}.`,
  ].filter(Boolean);
  return said.length === 0 ? null : (
    <p className="rounded-lg bg-bad-wash p-4 text-bad">
      {said.join(' ')}{' '}
      {duplicate_of !== undefined && (
        <Link to="/reconciliations/$id" params={{ id: duplicate_of }} className="font-medium underline">
          What became of the same bytes
        </Link>
      )}
    </p>
  );
}

/** There is no row, nor a list of any, before the file is there. */
function Rows({ of, search }: Readonly<{ of: Reconciliation; search: ReconciliationSearch }>) {
  const list = useInfiniteQuery(rowList(of, search));
  const { outcome } = search;
  // What is missing has the exception of the first file that lacked it, which its own row names.
  const kind = KINDS.find((each) => each === outcome);
  return (
    <Section
      title={outcome === undefined ? 'All rows' : inWords(outcome)}
      aside={
        (outcome === undefined || kind !== undefined) && (
          <Link
            to="/exceptions"
            search={kind === 'missing_there' ? { kind } : { status: 'any', kind, reconciliation_id: of.id }}
            className="rounded font-medium text-accent hover:underline"
          >
            {kind === undefined ? 'Exceptions of this file' : 'Exceptions of this kind'}
          </Link>
        )
      }
    >
      <List list={list} name="rows" empty={<Empty title={isUnderWay(of) ? 'No row yet' : 'No row'} />}>
        {(rows) => <RowTable rows={rows} />}
      </List>
    </Section>
  );
}

const factsOf = (of: Reconciliation) =>
  [
    ['Reconciliation', <Copyable key="id" text={of.id} label="reconciliation id" />],
    ['Source', inWords(of.source)],
    ['SHA-256', of.sha256 && <Copyable key="sha" text={of.sha256} label="SHA-256" />],
    ['Bytes', of.bytes === undefined ? undefined : count(of.bytes)],
    ['Started', of.started_at && <Time key="started" at={of.started_at} exact />],
    ['Completed', of.completed_at && <Time key="completed" at={of.completed_at} exact />],
    ['File kept until', of.file_kept_until && <Time key="kept" at={of.file_kept_until} exact />],
  ] as const;
