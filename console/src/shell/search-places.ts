import type { Schemas } from '../api/api.ts';
import type { Destination } from './destinations.ts';

type Result = Schemas['SearchResult'];

/** Kinds of which each has a page of its own below this one. */
const OWN_PAGES: Readonly<Record<string, string>> = {
  payment: '/payments',
  customer: '/customers',
  exception: '/exceptions',
  reconciliation: '/reconciliations',
  settlement: '/settlements',
};

/** Where a thing is shown, by its kind; what has no page of its own is shown by its audit trail. */
export function placeOf({
  type,
  id,
  payment_id,
}: Pick<Result, 'type' | 'id' | 'payment_id'>): Pick<Destination, 'to' | 'search'> {
  const own = OWN_PAGES[type];
  if (own !== undefined) return { to: `${own}/${id}` };
  if (type === 'export') return { to: '/exports', search: { export: id } };
  if (type === 'webhook_endpoint') return { to: '/webhooks', search: { endpoint_id: id } };
  if (type === 'webhook_delivery') return { to: '/webhooks', search: { delivery: id } };
  if (payment_id !== undefined) return { to: `/payments/${payment_id}` };
  if (type === 'dispute') return { to: '/disputes' };
  return { to: '/audit', search: { entity_id: id } };
}
