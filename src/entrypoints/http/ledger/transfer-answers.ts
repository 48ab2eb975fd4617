import { jsonText } from '../../../domain/kernel/json.ts';
import { transferRecord } from '../../../domain/ledger/transfer.ts';
import type { TransferAnswers } from '../../../ports/transfer-answers.ts';
import { problemOf, problemText } from '../server/problems.ts';

/** One line with the status and the transfer's id, `-` for none, then the body, byte for byte as it goes out. */
export const httpTransferAnswers: TransferAnswers = {
  transferred: (transfer) => `201 ${transfer.id}\n${jsonText(transferRecord(transfer))}`,
  refused(refusal, requestId) {
    const problem = problemOf(refusal, requestId);
    return `${problem.status} -\n${problemText(problem)}`;
  },
};

/** Reads what `httpTransferAnswers` wrote. */
export function readTransferAnswer(
  answer: string,
): Readonly<{ status: number; transferId?: string; body: string }> {
  const end = answer.indexOf('\n');
  const [status, id] = answer.slice(0, end).split(' ');
  return {
    status: Number(status),
    ...(id === undefined || id === '-' ? {} : { transferId: id }),
    body: answer.slice(end + 1),
  };
}
