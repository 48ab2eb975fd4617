import type { Result } from 'neverthrow';
import type { MerchantId, PaymentId } from '../domain/kernel/ids.ts';
import type { Seen } from '../domain/payments/attention.ts';

/** Which payment a notification names. It proves nothing: the payment may be of another installation, or not be there. */
export type NotifiedPayment = Readonly<{ merchantId: MerchantId; paymentId: PaymentId }>;

/** Which dispute it names, in the processor's words, and on which of its accounts, where that is not the installation's own. */
export type NotifiedDispute = Readonly<{ id: string; account?: string }>;

/** Which payout from a vendor's account at the processor to their bank it names, in the processor's words. */
export type NotifiedBankPayout = Readonly<{ id: string; account: string }>;

/** What a processor sent to say that it has something new. It is a reason to look up, and nothing in it is believed. */
export type ProcessorNotification = Readonly<{
  /** The processor's own name for it, the same however often it is sent. */
  id: string;
  /** In the processor's words. */
  type: string;
  /** Absent where it names no payment of ours. */
  about?: NotifiedPayment;
  /** What it says of that payment's charge, to be held against what is on record; absent where it does not say so. */
  said?: Seen;
  /** Absent where it is about no dispute. */
  dispute?: NotifiedDispute;
  /** Our reference of the payout that it is about; absent where it is about none. */
  payout?: string;
  /** Absent where it is about none. */
  bankPayout?: NotifiedBankPayout;
}>;

/** No secret of ours signed these bytes. */
export type NotificationForged = Readonly<{ kind: 'NotificationForged' }>;
/** It was signed too long ago: it may be one that was recorded and is sent again by others. */
export type NotificationStale = Readonly<{ kind: 'NotificationStale' }>;
/** It is signed, and no notification. */
export type NotificationMalformed = Readonly<{ kind: 'NotificationMalformed' }>;

/** As it arrived: every byte of the body, and the header that signs it. */
export type SentNotification = Readonly<{ body: Uint8Array; signature: string | undefined }>;

/** Reads what a processor of one kind sends. No I/O: the signature alone says who sent it. */
export type ReadNotification = (
  sent: SentNotification,
) => Result<ProcessorNotification, NotificationForged | NotificationStale | NotificationMalformed>;
