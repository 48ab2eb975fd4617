import type { AnomalyRules } from '../domain/audit/anomalies.ts';
import type { ClaimTerms } from '../domain/kernel/claim.ts';
import type { Clock } from '../ports/clock.ts';
import type { CsvFiles } from '../ports/csv-files.ts';
import type { Digests } from '../ports/digests.ts';
import type { EmailSpellings } from '../ports/email-spellings.ts';
import type { ExportEncoder } from '../ports/export-encoder.ts';
import type { Ids } from '../ports/ids.ts';
import type { ObjectLinks } from '../ports/object-links.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Processor } from '../ports/processor.ts';
import type { ProcessorDisputes } from '../ports/processor-disputes.ts';
import type { ResponseEncoder } from '../ports/response-encoder.ts';
import type { Leftover, Retention } from '../ports/retention.ts';
import type { KeyRotation, SecretKeys } from '../ports/secret-keys.ts';
import type { SignedTokens } from '../ports/signed-tokens.ts';
import type { Storage } from '../ports/storage.ts';
import type { TimeZones } from '../ports/time-zones.ts';
import type { TransferResponseEncoder } from '../ports/transfer-response-encoder.ts';
import type { Utf8 } from '../ports/utf8.ts';
import type { Vault } from '../ports/vault.ts';
import type { WebhookSecrets } from '../ports/webhook-secrets.ts';
import type { WebhookSender } from '../ports/webhook-sender.ts';
import { makeAuditReport } from './audit/audit-report.ts';
import { listAudit } from './audit/list-audit.ts';
import { recentTransactions } from './cost/recent-transactions.ts';
import { changeCustomer } from './customers/change-customer.ts';
import { createCustomer } from './customers/create-customer.ts';
import { eraseCustomer } from './customers/erase-customer.ts';
import { listCustomers } from './customers/list-customers.ts';
import { addPaymentMethod, removePaymentMethod } from './customers/payment-methods.ts';
import { findCustomer, getCustomer, locateCustomer } from './customers/read-customers.ts';
import { recordCustomerAccess } from './customers/record-customer-access.ts';
import { resolvePaymentMethod } from './customers/resolve-payment-method.ts';
import { updateCustomer } from './customers/update-customer.ts';
import { acceptDispute } from './disputes/accept-dispute.ts';
import { queueDispute } from './disputes/queue-dispute.ts';
import { getDispute, listDisputes } from './disputes/read-disputes.ts';
import { assignException } from './files/assign-exception.ts';
import { cancelExport } from './files/cancel-export.ts';
import { changeSchedule, removeSchedule } from './files/change-schedule.ts';
import { queueComparison } from './files/compare-payments.ts';
import { createSchedule } from './files/create-schedule.ts';
import { exportPayments } from './files/export-payments.ts';
import { fileArrived } from './files/file-arrived.ts';
import { filesAtOnce } from './files/files-at-once.ts';
import { getUpload } from './files/get-upload.ts';
import { headLinkedObject, readLinkedObject, writeLinkedObject } from './files/linked-objects.ts';
import { listRows } from './files/list-rows.ts';
import { listSettlementExceptions } from './files/list-settlement-exceptions.ts';
import { listSettlementItems } from './files/list-settlement-items.ts';
import { orderUpload } from './files/order-upload.ts';
import { getException, listExceptions } from './files/read-exceptions.ts';
import { getExport, listExports } from './files/read-exports.ts';
import { getReconciliation, listReconciliations } from './files/read-reconciliations.ts';
import { getSchedule, listSchedules } from './files/read-schedules.ts';
import { getSettlement, listSettlements } from './files/read-settlements.ts';
import { dropFile, type FileTerms, type ReceiveFileRequest, receiveFile } from './files/receive-file.ts';
import { confirmResolution, rejectResolution, resolveException } from './files/resolve-exception.ts';
import { showReconciliation } from './files/show-reconciliation.ts';
import { startExport } from './files/start-export.ts';
import { startReconciliation } from './files/start-reconciliation.ts';
import { exportFileRetention } from './files/sweep-exports.ts';
import { processorFileRetention } from './files/sweep-processor-files.ts';
import { takeUpFile } from './files/take-up-file.ts';
import { checkChain } from './integrity/check-chain.ts';
import { compareHeads } from './integrity/checkpoint.ts';
import { verifyWithFiles } from './integrity/verify-files.ts';
import { enforceRetention } from './kernel/enforce-retention.ts';
import { commitUnderKey } from './kernel/keyed-commit.ts';
import { workUnderKey } from './kernel/keyed-work.ts';
import { readKey } from './kernel/read-key.ts';
import { rotateKeys } from './keys/rotate-keys.ts';
import { listLedgerEntries, readBalance } from './ledger/read-ledger.ts';
import { readStatement } from './ledger/read-statement.ts';
import { getTransfer, listTransfers } from './ledger/read-transfers.ts';
import { transferMoney } from './ledger/transfer-money.ts';
import { changeMerchant } from './merchants/change-merchant.ts';
import { createMerchant } from './merchants/create-merchant.ts';
import { getMerchant, listMerchants } from './merchants/read-merchants.ts';
import { confirmOutcome } from './payments/confirm-outcome.ts';
import { confirmPayment } from './payments/confirm-payment.ts';
import { limitConfirmations } from './payments/confirmation-limit.ts';
import { countPayments } from './payments/count-payments.ts';
import { expireAuthorizations } from './payments/expire-authorizations.ts';
import { filterByEmail } from './payments/filter-by-email.ts';
import { getPayment } from './payments/get-payment.ts';
import { listPayments } from './payments/list-payments.ts';
import { listRefunds } from './payments/list-refunds.ts';
import { modifyPayment } from './payments/modify-payment.ts';
import { processBatch } from './payments/process-batch.ts';
import { processPayment } from './payments/process-payment.ts';
import { proposeOutcome } from './payments/propose-outcome.ts';
import { rateLimit } from './payments/rate-limit.ts';
import { receiveNotification } from './payments/receive-notification.ts';
import { recoverPayments } from './payments/recover-payments.ts';
import { reportPayments } from './payments/report-payments.ts';
import { summarizePayments } from './payments/summarize-payments.ts';
import { updateEndpoint } from './webhooks/update-endpoint.ts';
import { webhookUseCases } from './webhooks/webhook-use-cases.ts';

/** All the world that the platform asks, as one value: each use case takes from it what it names. */
export type Ports = Omit<Storage, 'close' | 'health'> &
  Readonly<{
    clock: Clock;
    ids: Ids;
    digests: Digests;
    signedTokens: SignedTokens;
    responses: ResponseEncoder;
    transferResponses: TransferResponseEncoder;
    processor: Processor;
    /** Absent where no processor has any. */
    processorDisputes?: ProcessorDisputes;
    secretKeys: SecretKeys;
    keyRotation: KeyRotation;
    vault: Vault;
    webhookSecrets: WebhookSecrets;
    emailSpellings: EmailSpellings;
    webhookSender: WebhookSender;
    objects: ObjectStore;
    csvFiles: CsvFiles;
    utf8: Utf8;
    objectLinks: ObjectLinks;
    leftovers: Retention<Leftover>;
    exportEncoder: ExportEncoder;
    timeZones: TimeZones;
  }>;

/** `authorizationMarginMs`: how long before it lapses an authorization is voided. */
export type Rules = Readonly<{
  claims: ClaimTerms;
  anomalies: AnomalyRules;
  files: FileTerms;
  authorizationMarginMs: number;
}>;

/** Everything the platform does. What takes turns or leases permits does so within one such value. */
export function useCases(ports: Ports, rules: Rules) {
  const paying = {
    ...ports,
    paymentMethods: resolvePaymentMethod(ports),
    admit: rateLimit(ports),
    admitConfirmation: limitConfirmations(ports),
  };
  const customers = {
    ...ports,
    updateCustomer: updateCustomer(ports),
    recordCustomerAccess: recordCustomerAccess(ports),
  };
  const webhooks = { ...customers, updateEndpoint: updateEndpoint(ports) };
  const readReconciliation = getReconciliation(ports);
  const sending = filesAtOnce();
  const receive = receiveFile(ports, rules.files);
  const readSettlement = getSettlement(ports);
  const settlements = {
    ...ports,
    getSettlement: readSettlement,
    listExceptions: listExceptions(ports),
  };
  const pay = processPayment(paying, rules.claims);
  const modify = modifyPayment(paying, rules.claims);
  const find = findCustomer(customers);
  return {
    commitUnderKey: commitUnderKey(ports, rules.claims),
    workUnderKey: workUnderKey(ports, rules.claims),
    readKey: readKey(ports),
    processPayment: pay,
    processBatch: processBatch(pay),
    confirmPayment: confirmPayment(paying, rules.claims),
    modifyPayment: modify,
    expireAuthorizations: expireAuthorizations(ports, modify, {
      marginMs: rules.authorizationMarginMs,
      leaseMs: rules.claims.leaseMs,
    }),
    recoverPayments: recoverPayments(paying, rules.claims),
    proposeOutcome: proposeOutcome(ports),
    confirmOutcome: confirmOutcome(ports, rules.claims),
    receiveNotification: receiveNotification({ ...ports, queueComparison: queueComparison(ports) }),
    queueDispute: queueDispute(ports),
    acceptDispute: acceptDispute(ports),
    getDispute: getDispute(ports),
    listDisputes: listDisputes(ports),
    getPayment: getPayment(ports),
    listPayments: listPayments(ports),
    listRefunds: listRefunds(ports),
    filterByEmail: filterByEmail(find),
    countPayments: countPayments(ports),
    summarizePayments: summarizePayments(ports),
    reportPayments: reportPayments(ports),
    recentTransactions: recentTransactions(ports),
    exportPayments: exportPayments(ports),
    startExport: startExport(ports),
    getExport: getExport(ports),
    listExports: listExports(ports),
    cancelExport: cancelExport(ports),
    createSchedule: createSchedule(ports),
    getSchedule: getSchedule(ports),
    listSchedules: listSchedules(ports),
    changeSchedule: changeSchedule(ports),
    removeSchedule: removeSchedule(ports),
    receiveFile: (request: ReceiveFileRequest) => sending(() => receive(request)),
    dropFile: dropFile(ports),
    startReconciliation: startReconciliation(ports),
    orderUpload: orderUpload(ports, rules.files),
    getUpload: getUpload(ports),
    getReconciliation: readReconciliation,
    showReconciliation: showReconciliation({ ...ports, getReconciliation: readReconciliation }),
    listReconciliations: listReconciliations(ports),
    listRows: listRows({ ...ports, getReconciliation: readReconciliation }),
    getSettlement: readSettlement,
    listSettlements: listSettlements(ports),
    listSettlementItems: listSettlementItems(settlements),
    listSettlementExceptions: listSettlementExceptions(settlements),
    getException: getException(ports),
    listExceptions: settlements.listExceptions,
    assignException: assignException(ports),
    resolveException: resolveException(ports),
    confirmResolution: confirmResolution(ports),
    rejectResolution: rejectResolution(ports),
    headLinkedObject: headLinkedObject(ports),
    readLinkedObject: readLinkedObject(ports),
    writeLinkedObject: writeLinkedObject({
      ...ports,
      fileArrived: fileArrived(ports),
      filesAtOnce: sending,
    }),
    takeUpFile: takeUpFile(ports, rules.files),
    transferMoney: transferMoney(ports, rules.claims),
    getTransfer: getTransfer(ports),
    listTransfers: listTransfers(ports),
    readBalance: readBalance(ports),
    listLedgerEntries: listLedgerEntries(ports),
    readStatement: readStatement(ports),
    createCustomer: createCustomer(customers),
    getCustomer: getCustomer(customers),
    findCustomer: find,
    listCustomers: listCustomers(ports),
    locateCustomer: locateCustomer(ports),
    changeCustomer: changeCustomer(customers),
    addPaymentMethod: addPaymentMethod(customers),
    removePaymentMethod: removePaymentMethod(customers),
    eraseCustomer: eraseCustomer(customers),
    createMerchant: createMerchant(ports),
    changeMerchant: changeMerchant(ports),
    getMerchant: getMerchant(ports),
    listMerchants: listMerchants(ports),
    listAudit: listAudit(ports),
    makeAuditReport: makeAuditReport(ports, rules.anomalies),
    checkChain: checkChain(ports),
    ...webhookUseCases(ports, webhooks.updateEndpoint),
    rotateKeys: rotateKeys(webhooks),
    verify: verifyWithFiles(ports),
    compareHeads: compareHeads(ports),
    enforceRetention: enforceRetention({
      ...ports,
      leftovers: [ports.leftovers, exportFileRetention(ports), processorFileRetention(ports)],
    }),
  };
}

export type UseCases = Readonly<ReturnType<typeof useCases>>;
