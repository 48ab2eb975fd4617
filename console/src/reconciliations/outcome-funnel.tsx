import { Link } from '@tanstack/react-router';
import { inWords } from '../parts/badge.tsx';
import { Bar } from '../parts/bar.tsx';
import { count } from '../parts/count.ts';
import { Section } from '../parts/page.tsx';
import { isUnderWay, type Reconciliation } from './reconciliation-queries.ts';
import { ABSENCES, OUTCOMES, type ReconciliationSearch } from './reconciliation-search.ts';

type Outcome = NonNullable<ReconciliationSearch['outcome']>;

const TONES: Readonly<Record<Outcome, string>> = {
  matched: 'text-good',
  matched_within_tolerance: 'text-good',
  mismatched: 'text-bad',
  missing_here: 'text-bad',
  duplicate: 'text-warn',
  rejected: 'text-bad',
  expected: 'text-accent',
  missing_there: 'text-bad',
};

type Props = Readonly<{ of: Reconciliation; chosen: ReconciliationSearch['outcome'] }>;

/** What became of the file's rows, which adds up to them, and what of the books no file has named. Each number leads to its rows. */
export function OutcomeFunnel({ of, chosen }: Props) {
  const counts = of.counts as Readonly<Partial<Record<Outcome, number>>>;
  const counted = (outcome: Outcome) => counts[outcome] ?? 0;
  const sum = OUTCOMES.reduce((total, outcome) => total + counted(outcome), 0);
  const total = of.counts.rows ?? of.rows_total ?? sum;
  const line = (outcome: Outcome, whole: number) => (
    <OutcomeLine
      key={outcome}
      id={of.id}
      outcome={outcome}
      many={counted(outcome)}
      whole={whole}
      isChosen={outcome === chosen}
    />
  );
  return (
    <div className="grid grid-cols-1 items-start gap-6 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
      <Section title="Rows of the file">
        <ul className="flex flex-col gap-1">{OUTCOMES.map((outcome) => line(outcome, total))}</ul>
        <p className="flex justify-between gap-3 border-t border-line px-2 pt-2 font-medium tabular-nums">
          <Link
            to="/reconciliations/$id"
            params={{ id: of.id }}
            search={{}}
            resetScroll={false}
            className="rounded hover:underline"
          >
            {isUnderWay(of) ? `Of ${count(total)} rows so far` : 'Together, all rows of the file'}
          </Link>
          <output>{count(sum)}</output>
        </p>
      </Section>
      <Section title="Not in any file">
        <ul className="flex flex-col gap-1">
          {ABSENCES.map((outcome) => line(outcome, counted('expected') + counted('missing_there')))}
        </ul>
        <p className="px-2 text-[13px] text-quiet">
          Transactions that no file had settled when this one ended: still in time, or no longer.
        </p>
      </Section>
    </div>
  );
}

type LineProps = Readonly<{ id: string; outcome: Outcome; many: number; whole: number; isChosen: boolean }>;

function OutcomeLine({ id, outcome, many, whole, isChosen }: LineProps) {
  return (
    <li>
      <Link
        to="/reconciliations/$id"
        params={{ id }}
        search={isChosen ? {} : { outcome }}
        resetScroll={false}
        activeOptions={{ exact: true }}
        aria-current={isChosen ? 'true' : undefined}
        className="flex flex-col gap-1 rounded-md px-2 py-1.5 hover:bg-hover aria-current:bg-accent-wash"
      >
        <span className="flex justify-between gap-3">
          {inWords(outcome)}
          <span className={`font-medium tabular-nums ${many > 0 ? TONES[outcome] : 'text-quiet'}`}>
            {count(many)}
          </span>
        </span>
        <Bar part={many} whole={whole} className={TONES[outcome]} />
      </Link>
    </li>
  );
}
