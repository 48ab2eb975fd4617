import type { Answer } from '../domain/kernel/claim.ts';
import type { Transfer, TransferRefused } from '../domain/ledger/transfer.ts';

/** How the outcome of a transfer is put to the client; made before the commit and stored in it, as by `Answers`. */
export interface TransferAnswers {
  transferred(transfer: Transfer, requestId: string): Answer;
  refused(refusal: TransferRefused, requestId: string): Answer;
}
