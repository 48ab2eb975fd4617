import type { TransferRefused, TransferToSelf } from '../../domain/ledger/transfer.ts';

/**
 * Which refusals are stored as the key's response: those that no later change can turn into an acceptance. All others
 * leave the key free (docs/decisions/0003). The compiler asks for a row for every kind.
 */
const STORED = {
  TransferToSelf: true,
  // A mistake of the request itself, refused like one of its syntax.
  AmountNotPositive: false,
  // More money may come in.
  InsufficientFunds: false,
  // The merchant may be made, or resumed.
  DestinationNotAvailable: false,
} as const satisfies Record<TransferRefused['kind'], boolean>;

/** True when the refusal of a transfer is the key's response for as long as responses are kept. */
export const isStored = (refusal: TransferRefused): refusal is TransferToSelf => STORED[refusal.kind];
