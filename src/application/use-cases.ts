import type { AnomalyRules } from '../domain/anomalies.ts';
import type { ClaimTerms } from '../domain/claim.ts';
import type { Answers } from '../ports/answers.ts';
import type { Clock } from '../ports/clock.ts';
import type { Digests } from '../ports/digests.ts';
import type { Ids } from '../ports/ids.ts';
import type { Processor } from '../ports/processor.ts';
import type { Seals } from '../ports/seals.ts';
import type { KeyRotation, SecretKeys } from '../ports/secret-keys.ts';
import type { Storage } from '../ports/storage.ts';
import type { TransferAnswers } from '../ports/transfer-answers.ts';
import type { Vault } from '../ports/vault.ts';
import type { WebhookSecrets } from '../ports/webhook-secrets.ts';
import type { WebhookSender } from '../ports/webhook-sender.ts';
import { addPaymentMethod } from './add-payment-method.ts';
import { makeAuditReport } from './audit-report.ts';
import { changeCustomer } from './change-customer.ts';
import { changeMerchant } from './change-merchant.ts';
import { countPayments } from './count-payments.ts';
import { createCustomer } from './create-customer.ts';
import { createMerchant } from './create-merchant.ts';
import { eraseCustomer } from './erase-customer.ts';
import { exportPayments } from './export-payments.ts';
import { findCustomer } from './find-customer.ts';
import { getCustomer } from './get-customer.ts';
import { getMerchant } from './get-merchant.ts';
import { getPayment } from './get-payment.ts';
import { getTransfer } from './get-transfer.ts';
import { listAudit } from './list-audit.ts';
import { listLedgerEntries } from './list-ledger-entries.ts';
import { listMerchants } from './list-merchants.ts';
import { listPayments } from './list-payments.ts';
import { moveCustomer } from './move-customer.ts';
import { moveEndpoint } from './move-endpoint.ts';
import { movePayment } from './move-payment.ts';
import { processBatch } from './process-batch.ts';
import { processPayment } from './process-payment.ts';
import { rateLimit } from './rate-limit.ts';
import { readBalance } from './read-balance.ts';
import { recordCustomerAccess } from './record-customer-access.ts';
import { recoverPayments } from './recover-payments.ts';
import { removePaymentMethod } from './remove-payment-method.ts';
import { resolvePaymentMethod } from './resolve-payment-method.ts';
import { rotateKeys } from './rotate-keys.ts';
import { summarizePayments } from './summarize-payments.ts';
import { transferMoney } from './transfer.ts';
import { verify } from './verify.ts';
import { webhookUseCases } from './webhook-use-cases.ts';

/** All the world that the platform asks, as one value: each use case takes from it what it names. */
export type Ports = Omit<Storage, 'close' | 'health'> &
  Readonly<{
    clock: Clock;
    ids: Ids;
    digests: Digests;
    seals: Seals;
    answers: Answers;
    transferAnswers: TransferAnswers;
    processor: Processor;
    secretKeys: SecretKeys;
    keyRotation: KeyRotation;
    vault: Vault;
    webhookSecrets: WebhookSecrets;
    webhookSender: WebhookSender;
  }>;

export type Rules = Readonly<{ claims: ClaimTerms; anomalies: AnomalyRules }>;

/** Everything the platform does. What takes turns or leases permits does so within one such value. */
export function useCases(ports: Ports, rules: Rules) {
  const paying = { ...ports, paymentMethods: resolvePaymentMethod(ports), admit: rateLimit(ports) };
  const customers = {
    ...ports,
    moveCustomer: moveCustomer(ports),
    recordCustomerAccess: recordCustomerAccess(ports),
  };
  const webhooks = { ...customers, moveEndpoint: moveEndpoint(ports) };
  const pay = processPayment(paying, rules.claims);
  return {
    processPayment: pay,
    processBatch: processBatch(pay),
    movePayment: movePayment(ports, rules.claims),
    recoverPayments: recoverPayments(paying, rules.claims),
    getPayment: getPayment(ports),
    listPayments: listPayments(ports),
    countPayments: countPayments(ports),
    summarizePayments: summarizePayments(ports),
    exportPayments: exportPayments(ports),
    transferMoney: transferMoney(ports, rules.claims),
    getTransfer: getTransfer(ports),
    readBalance: readBalance(ports),
    listLedgerEntries: listLedgerEntries(ports),
    createCustomer: createCustomer(customers),
    getCustomer: getCustomer(customers),
    findCustomer: findCustomer(customers),
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
    ...webhookUseCases(ports, webhooks.moveEndpoint),
    rotateKeys: rotateKeys(webhooks),
    verify: verify(ports),
  };
}

export type UseCases = Readonly<ReturnType<typeof useCases>>;
