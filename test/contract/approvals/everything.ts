import type { ApprovalsStorage } from '../../../src/ports/approvals/approvals-storage.ts';
import { leasesContract } from '../leases.contract.ts';
import { leaseRetentionContract } from '../retention.contract.ts';
import { storageHealthContract } from '../storage-health.contract.ts';
import { wakeUpsContract } from '../wake-ups.contract.ts';
import { approvalCommitsContract } from './approval-commits.contract.ts';
import { approvalCommitsModelContract } from './approval-commits-model.contract.ts';
import { approvalPeopleContract } from './approval-people.contract.ts';
import { approvalsOutboxContract } from './approvals-outbox.contract.ts';
import { auditLogContract } from './audit-log.contract.ts';
import { refusalsContract } from './refusals.contract.ts';
import { requestClaimsContract } from './request-claims.contract.ts';
import { retiredRolesContract } from './retired-roles.contract.ts';
import { standInsContract } from './stand-ins.contract.ts';
import { vendorPaymentsContract } from './vendor-payments.contract.ts';

/** Every storage contract of approvals. `open` gives an empty store that shares nothing with the ones before. */
export function approvalsContracts(adapter: string, open: () => Promise<ApprovalsStorage>): void {
  approvalCommitsContract(adapter, open);
  approvalCommitsModelContract(adapter, open);
  approvalPeopleContract(adapter, open);
  vendorPaymentsContract(adapter, open);
  auditLogContract(adapter, open);
  requestClaimsContract(adapter, open);
  approvalsOutboxContract(adapter, open);
  refusalsContract(adapter, open);
  retiredRolesContract(adapter, open);
  standInsContract(adapter, open);
  leasesContract(`${adapter}, approvals`, open);
  leaseRetentionContract(`${adapter}, approvals`, open);
  wakeUpsContract(`${adapter}, approvals`, open);
  storageHealthContract(`${adapter}, approvals`, open);
}
