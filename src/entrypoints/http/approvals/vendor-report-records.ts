import type {
  ApproverRow,
  FraudRow,
  IncidentRow,
  PayoutRow,
  ServiceRow,
} from '../../../domain/approvals/vendor-payment-reports.ts';
import { rfc3339 } from '../../../domain/kernel/instant.ts';
import { whole } from '../../../domain/kernel/json.ts';

/** Rows of reports under the names they are published with. */
export const payoutRecord = (row: PayoutRow) => ({
  date: row.date,
  begin: rfc3339(row.begin),
  end: rfc3339(row.end),
  vendorId: row.vendorId,
  currency: row.currency,
  count: row.count,
  paidCents: whole(row.paid),
  openCents: whole(row.open),
  failedCents: whole(row.failed),
  cancelledCents: whole(row.cancelled),
});

export const incidentRecord = (row: IncidentRow) => ({
  incidentId: row.incidentId,
  serviceType: row.serviceType ?? null,
  currency: row.currency,
  payments: row.payments,
  costCents: whole(row.cost),
  paidCents: whole(row.paid),
});

export const serviceRecord = (row: ServiceRow) => ({
  serviceType: row.serviceType ?? null,
  currency: row.currency,
  incidents: row.incidents,
  costCents: whole(row.cost),
  paidCents: whole(row.paid),
  averageCents: whole(row.average),
});

export const timesRecord = (row: Omit<ApproverRow, 'approver'>) => ({
  approvals: row.approvals,
  rejections: row.rejections,
  p50Seconds: row.median / 1_000,
  p95Seconds: row.p95 / 1_000,
  longestSeconds: row.longest / 1_000,
});

export const approverRecord = (row: ApproverRow) => ({ approver: row.approver, ...timesRecord(row) });

export const fraudRecord = (row: FraudRow) => ({
  fraudStatus: row.fraudStatus,
  reviewOutcome: row.reviewOutcome ?? null,
  status: row.status,
  currency: row.currency,
  count: row.count,
  amountCents: whole(row.amount),
  unscored: row.unscored,
  averageScore: row.averageScore ?? null,
});
