import { exportEncoder } from '../files/export-encoder.ts';
import { httpTransferResponseEncoder } from './ledger/transfers.ts';
import { httpResponseEncoder } from './payments/stored-responses.ts';

/** How the HTTP API writes the responses that idempotency keeps, and rows of exports. */
export const httpEncoders = {
  responses: httpResponseEncoder,
  transferResponses: httpTransferResponseEncoder,
  exportEncoder,
};
