import type { ApproveVendorPaymentFailure } from '../../../application/approvals/approve-vendor-payment.ts';
import type { ChangeVendorPaymentFailure } from '../../../application/approvals/change-vendor-payment.ts';
import type { CreateVendorPaymentFailure } from '../../../application/approvals/create-vendor-payment.ts';
import type { ProcessVendorPaymentFailure } from '../../../application/approvals/process-vendor-payment.ts';
import type { RecordWorkCompletedFailure } from '../../../application/approvals/record-work-completed.ts';
import type { RejectVendorPaymentFailure } from '../../../application/approvals/reject-vendor-payment.ts';
import type { VendorPaymentNotFound } from '../../../application/approvals/update-vendor-payment.ts';
import type { ChangeCustomerFailure } from '../../../application/customers/change-customer.ts';
import type { CreateCustomerFailure } from '../../../application/customers/create-customer.ts';
import type { AddPaymentMethodFailure } from '../../../application/customers/payment-methods.ts';
import type { UpdateCustomerFailure } from '../../../application/customers/update-customer.ts';
import type { CursorInvalid } from '../../../application/kernel/cursor.ts';
import type { TransferNotFound } from '../../../application/ledger/get-transfer.ts';
import type { TransferFailure } from '../../../application/ledger/transfer-money.ts';
import type { ChangeMerchantFailure } from '../../../application/merchants/change-merchant.ts';
import type { MerchantExists } from '../../../application/merchants/create-merchant.ts';
import type { ModifyPaymentFailure } from '../../../application/payments/modify-payment.ts';
import type { ProcessPaymentFailure } from '../../../application/payments/process-payment.ts';
import type { CreateEndpointFailure } from '../../../application/webhooks/create-endpoint.ts';
import type { ReplayFailure } from '../../../application/webhooks/replay-delivery.ts';
import type { UpdateEndpointFailure } from '../../../application/webhooks/update-endpoint.ts';
import type { TransferRefused } from '../../../domain/ledger/transfer.ts';
import type { PaymentNotFound } from '../../../ports/payments.ts';
import type { Refusal } from '../../../ports/response-encoder.ts';
import type { SchemaOutdated } from '../../../ports/storage-health.ts';
import type { StorageUnavailable } from '../../../ports/unavailable.ts';
import type { AuthenticationUnavailable, Unauthenticated } from './authenticate.ts';

/** What is wrong at one place of a request; the path is dotted, empty for the whole. */
export type Fault = Readonly<{ path: readonly (string | number)[]; message: string }>;

export type MalformedRequest = Readonly<{ kind: 'MalformedRequest'; faults: readonly Fault[] }>;
export type BodyTooLarge = Readonly<{ kind: 'BodyTooLarge' }>;
export type UnsupportedMediaType = Readonly<{ kind: 'UnsupportedMediaType' }>;
type Forbidden = Readonly<{ kind: 'Forbidden'; permission: string }>;
/** Also for what cannot be the id of a payment at all. */
type NoSuchPayment = Omit<PaymentNotFound, 'id'>;
/** Also for what cannot be the id of a vendor's payment at all. */
type NoSuchVendorPayment = Omit<VendorPaymentNotFound, 'id'>;
type RouteNotFound = Readonly<{ kind: 'RouteNotFound' }>;
type MethodNotAllowed = Readonly<{ kind: 'MethodNotAllowed' }>;
export type PanNotAccepted = Readonly<{ kind: 'PanNotAccepted' }>;
export type IdempotencyKeyRequired = Readonly<{ kind: 'IdempotencyKeyRequired' }>;
export type IdempotencyKeyInvalid = Readonly<{ kind: 'IdempotencyKeyInvalid' }>;
export type IdempotencyKeyMismatch = Readonly<{ kind: 'IdempotencyKeyMismatch' }>;
/** Something threw. What it was is in the log alone. */
type Defect = Readonly<{ kind: 'Defect' }>;

type HttpFailure =
  | MalformedRequest
  | BodyTooLarge
  | UnsupportedMediaType
  | Unauthenticated
  | AuthenticationUnavailable
  | Forbidden
  | RouteNotFound
  | MethodNotAllowed
  | PanNotAccepted
  | IdempotencyKeyRequired
  | IdempotencyKeyInvalid
  | IdempotencyKeyMismatch
  | Defect;

type ApprovalsFailure =
  | CreateVendorPaymentFailure
  | RecordWorkCompletedFailure
  | Exclude<
      | ChangeVendorPaymentFailure
      | ApproveVendorPaymentFailure
      | RejectVendorPaymentFailure
      | ProcessVendorPaymentFailure,
      VendorPaymentNotFound
    >
  | NoSuchVendorPayment;

/** Everything that can go wrong behind a route. */
export type Failure =
  | HttpFailure
  | ProcessPaymentFailure
  | Exclude<ModifyPaymentFailure, PaymentNotFound>
  | Refusal
  | NoSuchPayment
  | TransferFailure
  | TransferRefused
  | TransferNotFound
  | MerchantExists
  | ChangeMerchantFailure
  | CreateCustomerFailure
  | ChangeCustomerFailure
  | AddPaymentMethodFailure
  | UpdateCustomerFailure
  | CreateEndpointFailure
  | UpdateEndpointFailure
  | ReplayFailure
  | ApprovalsFailure
  | CursorInvalid
  | SchemaOutdated
  | StorageUnavailable;
