import type { ResultAsync } from 'neverthrow';
import type { DisputeFacts } from '../domain/disputes/dispute.ts';
import type { Money } from '../domain/kernel/money.ts';
import type { ProcessorHasNoRecord, ProcessorUnavailable } from './processor.ts';
import type { NotifiedDispute, NotifiedPayment } from './processor-notifications.ts';

/** Money of a dispute. `fee` is what the processor kept beside it, below zero what it gave back. Both are of the dispute's currency. */
export type DisputeMovement = Readonly<{ amount: Money; fee: bigint }>;

/** A dispute as the processor has it now. */
export type ProcessorDispute = DisputeFacts &
  Readonly<{
    processorId: string;
    /** What the processor calls the disputed charge. */
    chargeId: string;
    /** Which payment the charge was made for, as it says itself; absent where it names none of ours. */
    about?: NotifiedPayment;
    /** What was taken from the merchant's account; absent while nothing was. It stays once it was. */
    chargedBack?: DisputeMovement;
    /** What came back of that. */
    returned?: DisputeMovement;
  }>;

/** The processor does not close it: it has ended, or evidence was sent, or it is not there. Nothing was changed. */
export type DisputeNotClosed = Readonly<{ kind: 'DisputeNotClosed' }>;

/** Disputes in a processor's own records. An adapter is tested as `test/adapters/stripe-disputes.test.ts` does. */
export interface ProcessorDisputes {
  /** Changes nothing. What it cannot say in our terms it does not say: then it is unavailable, and asked again. */
  find(dispute: NotifiedDispute): ResultAsync<ProcessorDispute, ProcessorHasNoRecord | ProcessorUnavailable>;
  /**
   * Closes it in the cardholder's favour. After silence it may be closed or not, which is unavailable too: asking again does nothing
   * more, and its record says what became of it.
   */
  accept(dispute: NotifiedDispute): ResultAsync<void, DisputeNotClosed | ProcessorUnavailable>;
}
