import { jsonText } from '../../../domain/kernel/json.ts';
import { transferRecord } from '../../../domain/ledger/transfer.ts';
import type { TransferResponseEncoder } from '../../../ports/transfer-response-encoder.ts';
import { problemOf, problemText } from '../server/problems.ts';

/** One line with the status and the transfer's id, `-` for none, then the body, byte for byte as it goes out. */
export const httpTransferResponseEncoder: TransferResponseEncoder = {
  transferred: (transfer) => `201 ${transfer.id}\n${jsonText(transferRecord(transfer))}`,
  refused(refusal, requestId) {
    const problem = problemOf(refusal, requestId);
    return `${problem.status} -\n${problemText(problem)}`;
  },
};

/** Reads what `httpTransferAnswers` wrote. */
export function decodeTransferResponse(
  response: string,
): Readonly<{ status: number; transferId?: string; body: string }> {
  const end = response.indexOf('\n');
  const [status, id] = response.slice(0, end).split(' ');
  return {
    status: Number(status),
    ...(id === undefined || id === '-' ? {} : { transferId: id }),
    body: response.slice(end + 1),
  };
}
