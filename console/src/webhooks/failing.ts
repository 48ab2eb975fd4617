import type { Endpoint } from './webhook-queries.ts';

/** Whether something keeps events from arriving that the merchant did not choose: a pause it did. */
export const isFailing = ({ failing_since, status }: Pick<Endpoint, 'failing_since' | 'status'>): boolean =>
  failing_since !== undefined || status === 'disabled';
