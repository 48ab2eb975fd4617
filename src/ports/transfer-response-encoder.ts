import type { StoredResponse } from '../domain/kernel/claim.ts';
import type { Transfer, TransferToSelf } from '../domain/ledger/transfer.ts';

/** How the outcome of a transfer is put to the client; made before the commit and stored in it, as by `ResponseEncoder`. */
export interface TransferResponseEncoder {
  transferred(transfer: Transfer, requestId: string): StoredResponse;
  refused(refusal: TransferToSelf, requestId: string): StoredResponse;
}
