import { Link } from '@tanstack/react-router';
import { consoleOf } from '../api/address.ts';
import { count } from '../parts/count.ts';
import { useSession } from '../shell/session-context.ts';

const DAY_MS = 86_400_000;
const LOOK = 'font-medium text-accent hover:underline';

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** The days of which the API counts a merchant's payments: the last 30 whole ones, UTC. */
const countedDays = (now: number) => ({
  start_date: dayOf(now - 30 * DAY_MS),
  end_date: dayOf(now - DAY_MS),
});

type Props = Readonly<{ of: string; payments: number; at: number }>;

/** How many payments of a merchant were counted, which leads to them for those who may see them. */
export function CountedPayments({ of, payments, at }: Props) {
  const session = useSession();
  const days = countedDays(at);
  const text = `${count(payments)} payments`;
  if (!session.permissions.includes('payments')) return text;
  if (session.merchant_id === of)
    return (
      <Link to="/payments" search={days} className={LOOK}>
        {text}
      </Link>
    );
  if (session.isChooser !== true) return text;
  return (
    <a href={`${consoleOf(of)}/payments?${new URLSearchParams(days)}`} className={LOOK}>
      {text}
    </a>
  );
}
