import type { UseCases } from '../../../application/use-cases.ts';
import type { FailureOf } from '../server/problem.ts';
import { problemTable } from '../server/problem-table.ts';

/** Refusals of exceptions and of what is decided about them. */
export const exceptionProblems = problemTable<
  FailureOf<
    UseCases,
    | 'getException'
    | 'listExceptions'
    | 'assignException'
    | 'resolveException'
    | 'confirmResolution'
    | 'rejectResolution'
  >
>({
  ExceptionNotFound: {
    status: 404,
    code: 'exception_not_found',
    title: 'There is no such exception',
    detail: 'This merchant has no exception of this id.',
  },
  ExceptionClosed: {
    status: 409,
    code: 'exception_closed',
    title: 'The exception has ended',
    detail: ({ status }) => `It is ${status}, and stays so.`,
  },
  ResolutionPending: {
    status: 409,
    code: 'resolution_pending',
    title: 'A resolution waits for a second person',
    detail: 'Confirm it as another person than who proposed it, or reject it first.',
  },
  NothingProposed: {
    status: 409,
    code: 'nothing_proposed',
    title: 'No resolution waits',
    detail: 'The exception is open: there is nothing to confirm or to reject.',
  },
  SelfConfirmation: {
    status: 403,
    code: 'self_confirmation',
    title: 'No person confirms what they proposed',
    detail:
      'The resolution still waits, for another person. A person is known by subject, email and the claim that the installation names.',
  },
  ProposalUnseen: {
    status: 428,
    code: 'proposal_unseen',
    title: 'Another resolution was proposed before',
    detail: ({ version }) =>
      `Read the exception, and send its ETag as If-Match: a confirmation is for the resolution that was seen. Its version is ${version}.`,
  },
  ActionNotPossible: {
    status: 422,
    code: 'action_not_possible',
    title: 'The action can do nothing about this exception',
    detail: ({ action }) =>
      action === 'link'
        ? 'Only a row that was read, and that says its transaction was settled, settles one.'
        : 'There is no difference in money that can be posted: an amount is missing, is in another currency or too large, or its transaction is not decided yet.',
  },
  UntilOutOfRange: {
    status: 422,
    code: 'until_out_of_range',
    title: 'It cannot be expected then',
    detail: ({ mostDays }) => `\`until\` is in the future, and at most ${mostDays} days away.`,
  },
  LinkTargetNotFound: {
    status: 422,
    code: 'link_target_not_found',
    title: 'There is no such transaction',
    detail: 'This merchant has no transaction of these ids. Name the payment that it is of, too.',
  },
  LinkTargetClosed: {
    status: 409,
    code: 'link_target_closed',
    title: 'The transaction cannot be settled',
    detail: ({ status }) => `It is ${status}; one that succeeded is settled, once.`,
  },
  LinkTargetDiffers: {
    status: 422,
    code: 'link_target_differs',
    title: 'The row is not about this transaction',
    detail: ({ field }) => `The row says another ${field}. To take the row as it is, accept its difference.`,
  },
  TransactionMoved: {
    status: 409,
    code: 'transaction_moved',
    title: 'The transaction is not as it was',
    detail: ({ status }) =>
      `It is ${status} now, so that the difference of this exception is not what it was. Look at the transaction, then ignore the exception or link its row.`,
  },
  LinePosted: {
    status: 409,
    code: 'line_posted',
    title: 'The money of the row is in the books',
    detail:
      'It was posted after the exception was opened, by what else says this line of the statement. The next file closes the exception, where the line is of the same money; else look at the ledger, then ignore the exception.',
  },
});
