import { approvalsApi } from './api/approvals-api.ts';

/** Creates vendor payments, asked for one by one or by an event that was sent over HTTP. */
export const handler = approvalsApi(
  ({ method, path }) => method === 'post' && (path === '/approvals/payments' || path === '/approvals/events'),
);
