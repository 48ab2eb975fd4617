import type { ApprovalsUseCases } from '../../../application/approvals/approvals-use-cases.ts';
import { MOST_REPORTED } from '../../../application/approvals/report-vendor-payments.ts';
import type { FailureOf } from '../server/problem.ts';
import { problemTable } from '../server/problem-table.ts';
import { TOO_MANY_INTERVALS } from '../server/report-input.ts';
import type { Tag } from '../server/route-description.ts';

export const APPROVALS_TAG = {
  name: 'approvals',
  description: 'Payments to vendors, which people approve before money leaves. A service of its own.',
} as const satisfies Tag;

/** What stands in the way of approving and paying vendors. */
export const approvalsProblems = problemTable<
  FailureOf<
    ApprovalsUseCases,
    Exclude<
      keyof ApprovalsUseCases,
      | 'recoverPayouts'
      | 'receiveReturnedPayout'
      | 'receiveFailedBankPayout'
      | 'verifyApprovals'
      | 'compareApprovalsHeads'
      | 'findByIncident'
      | 'answerOnce'
      | 'tryFraudRules'
    >
  >
>({
  RoleNotAllowed: {
    status: 403,
    code: 'role_not_allowed',
    title: 'Your roles do not allow this',
    detail: ({ allowed }) => `It takes one of the roles: ${allowed.join(', ')}.`,
  },
  SelfApproval: {
    status: 403,
    code: 'self_approval',
    title: 'No person approves or reviews what they made or are paid',
    detail:
      'Who created or changed a payment, or is paid by it, neither approves nor reviews it, whatever the token or role. A person is known by subject, email and the claim that the installation names.',
  },
  PartyNotAllowed: {
    status: 403,
    code: 'party_not_allowed',
    title: 'The payment is to you',
    detail:
      'Who is paid neither changes, rejects nor processes the payment, and reads its terms and status, not what others wrote of it.',
  },
  VendorPaymentNotFound: {
    status: 404,
    code: 'payment_not_found',
    title: 'There is no such payment',
    detail: 'No payment that you may see has this id.',
  },
  VendorPaymentStateConflict: {
    status: 409,
    code: 'payment_state_conflict',
    title: 'The state of the payment does not allow this',
    detail: ({ status }) => `A payment that is ${status} does not allow this.`,
  },
  DuplicateIncident: {
    status: 409,
    code: 'duplicate_incident',
    title: 'The incident and vendor have a payment',
    detail:
      'Of one incident and vendor one payment is live. Find it by both; a pending or approved one can be rejected, and a failed one of which the vendor has no money.',
  },
  PayoutStands: {
    status: 409,
    code: 'payout_stands',
    title: 'The vendor has the money',
    detail:
      'The payment failed on the way to the vendor’s bank, and the money is theirs, at the processor. Process it again once their bank account is right: it is completed, and nothing is paid a second time. To reject it, take the money back at the processor first.',
  },
  PayoutsUnavailable: {
    status: 503,
    code: 'payout_not_looked_up',
    title: 'The payout could not be looked up',
    detail: 'The processor did not say whether the vendor has the money. Nothing was changed; ask again.',
    retryAfterS: 60,
  },
  JudgedFraud: {
    status: 409,
    code: 'judged_fraud',
    title: 'The payment was judged a fraud',
    detail:
      'It is neither approved nor paid. Reject it, or, if the finding was wrong, have an admin review it again.',
  },
  AlreadyApproved: {
    status: 409,
    code: 'already_approved',
    title: 'You have approved this payment already',
    detail: 'Each person counts once, whatever the token: another must approve it too.',
  },
  ApprovalVoid: {
    status: 409,
    code: 'approval_void',
    title: 'The approval does not hold',
    detail:
      'An approval is of the terms that were read: if they have changed, read the payment and decide again. And a payout takes what the policy asks for at that time: if it became stricter, or the score graver, reject the payment and make it anew.',
  },
  PaymentNotIntact: {
    status: 409,
    code: 'payment_not_intact',
    title: 'The stored payment is not what its audit log says',
    detail: 'It was changed beneath paywright, and nothing was paid. `paywright verify` names what is wrong.',
  },
  TermsHashRequired: {
    status: 428,
    code: 'terms_hash_required',
    title: 'The terms have been changed',
    detail:
      'Send the `termsHash` of the payment that was seen, or its `ETag` as `If-Match`: an approval is for the terms that were seen.',
  },
  TooManyBuckets: TOO_MANY_INTERVALS,
  ReportTooLarge: {
    status: 422,
    code: 'report_too_large',
    title: 'The report would have to read too many payments',
    detail: `A report reads at most ${MOST_REPORTED} payments to vendors. Ask for fewer days.`,
  },
  LineItemsMissing: {
    status: 422,
    code: 'line_items_missing',
    title: 'There are no line items',
    detail: 'A payment is for at least one thing.',
  },
  TooManyLineItems: {
    status: 422,
    code: 'too_many_line_items',
    title: 'There are too many line items',
    detail: ({ most }) => `A payment has at most ${most}.`,
  },
  LineItemInvalid: {
    status: 422,
    code: 'line_item_invalid',
    title: 'A line item is not valid',
    detail: ({ index, field }) => `It is \`lineItems.${index}.${field}\`.`,
  },
  AmountTooLarge: {
    status: 422,
    code: 'amount_too_large',
    title: 'The line items come to too much',
    detail: `A line, and all lines together, come to at most ${Number.MAX_SAFE_INTEGER} cents.`,
  },
  AmountMismatch: {
    status: 422,
    code: 'amount_mismatch',
    title: 'The amount is not what the line items come to',
    detail: ({ amountCents, totalCents }) =>
      `The lines come to ${totalCents} cents, and the amount is ${amountCents}.`,
  },
  MetadataTooLarge: {
    status: 422,
    code: 'metadata_too_large',
    title: 'There is too much metadata',
    detail: ({ most }) => `It is at most ${most} characters of JSON.`,
  },
  EventMalformed: {
    status: 422,
    code: 'event_malformed',
    title: 'The event cannot be taken as it is',
    detail: ({ path, reason }) => `\`${path}\`: ${reason}. Repeating the event does not help.`,
  },
});
