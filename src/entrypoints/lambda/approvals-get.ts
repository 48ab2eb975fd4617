import { approvalsApi } from './api/approvals-api.ts';

/** Vendor payments by id, by vendor or incident, and their logs. */
export const handler = approvalsApi(
  ({ method, path }) => method === 'get' && !/\/(?:pending|flagged|unreviewed)$/.test(path),
);
