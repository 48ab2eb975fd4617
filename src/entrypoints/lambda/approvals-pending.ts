import { approvalsApi } from './api/approvals-api.ts';

/** The lists that approvers work through. */
export const handler = approvalsApi(
  ({ method, path }) => method === 'get' && /\/(?:pending|flagged|unreviewed)$/.test(path),
);
