import type { UseCases } from '../../../application/use-cases.ts';
import { type FailureOf } from '../server/problem.ts';
import { problemTable } from '../server/problem-table.ts';
import { PAYMENT_NOT_FOUND } from './payment-problems.ts';

/** What stands in the way of resolving a payment in attention. */
export const resolutionProblems = problemTable<FailureOf<UseCases, 'proposeOutcome' | 'confirmOutcome'>>({
  PaymentNotFound: PAYMENT_NOT_FOUND,
  NotInAttention: {
    status: 409,
    code: 'not_in_attention',
    title: 'Nothing about the payment needs people',
    detail: 'The processor and the books agree, or the processor has not been asked for long enough.',
  },
  OutcomeNotPossible: {
    status: 422,
    code: 'outcome_not_possible',
    title: 'It cannot end so',
    detail: ({ possible }) =>
      possible.length === 0
        ? 'The processor has nothing of it: repeat the request that takes the payment.'
        : `What can be said of it is: ${possible.join(', ')}.`,
  },
  ResolvedAmountNotPossible: {
    status: 422,
    code: 'resolved_amount_not_possible',
    title: 'The amount cannot be this',
    detail: ({ most }) =>
      most === undefined
        ? 'Only a charge that succeeded has an amount of its own.'
        : `${most.minorUnits} minor units of ${most.currency} were asked for; what the processor took beyond that is given back there.`,
  },
  ResolutionPending: {
    status: 409,
    code: 'resolution_pending',
    title: 'A resolution waits for a second person',
    detail: 'Confirm it as another person than who proposed it, or propose another with `replaces`.',
  },
  NothingProposed: {
    status: 409,
    code: 'nothing_proposed',
    title: 'No resolution waits',
    detail: 'None was proposed, or the processor has said something else since: look again.',
  },
  SelfConfirmation: {
    status: 403,
    code: 'self_confirmation',
    title: 'No person confirms what they proposed',
    detail:
      'The resolution still waits, for another person. A person is known by subject, email and the claim that the installation names. The attempt is in the audit trail.',
  },
  ProposalUnseen: {
    status: 428,
    code: 'proposal_unseen',
    title: 'The confirmation does not say what was seen',
    detail: ({ version }) =>
      `Read the payment, and send its ETag as If-Match: a confirmation is for the proposal that was seen. Its version is ${version}.`,
  },
  ProcessorBeingAsked: {
    status: 409,
    code: 'processor_being_asked',
    title: 'The processor is being asked about it',
    detail: 'Its answer may end the payment. Look at it again, then confirm.',
    retryAfterS: ({ retryAfterMs }) => Math.max(1, Math.ceil(retryAfterMs / 1_000)),
  },
  PaymentNotIntact: {
    status: 409,
    code: 'payment_not_intact',
    title: 'The stored payment is not what its audit log says',
    detail:
      'It was changed beneath paywright, and nothing was moved. `paywright verify` names what is wrong.',
  },
});
