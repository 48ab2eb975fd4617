import { approvalsApi } from './api/approvals-api.ts';

/** What people do with a vendor payment that is there: change, approve, reject, process; and what a processor says of its payout. */
export const handler = approvalsApi(
  ({ method, path }) =>
    method !== 'get' && (path.includes('{id}') || path.startsWith('/approvals/processors/')),
);
