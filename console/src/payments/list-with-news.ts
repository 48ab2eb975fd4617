import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { newestPayments, type Payment, paymentList } from './payment-queries.ts';
import { type PaymentSearch, withoutEmail } from './payment-search.ts';

/** The rows of a list in the places they had, each as it is now, and how many there are above them by now. */
export function withNews(listed: readonly Payment[], newest: readonly Payment[]) {
  const fresh = new Map(newest.map((payment) => [payment.id, payment]));
  const known = new Set(listed.map(({ id }) => id));
  const rows = listed.map((payment) => {
    const now = fresh.get(payment.id);
    return now !== undefined && now.version > payment.version ? now : payment;
  });
  const [top] = listed;
  const isAbove = ({ created_at }: Payment) => top === undefined || created_at >= top.created_at;
  return { rows, added: newest.filter((payment) => !known.has(payment.id) && isAbove(payment)).length };
}

/** `known` are the filters as whatever is asked beside the list names them, `withoutEmail`. */
export function usePaymentList(search: PaymentSearch) {
  const queries = useQueryClient();
  const list = useInfiniteQuery(paymentList(search));
  const listed = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const known = withoutEmail(search, listed);
  const newest = useQuery(newestPayments(known ?? search, list.isSuccess && known !== undefined));
  const { rows, added } = withNews(listed, newest.data?.items ?? []);
  return {
    list,
    rows,
    known,
    added,
    showNew: () => queries.resetQueries({ queryKey: paymentList(search).queryKey }),
  };
}
