import { money } from '../../src/domain/kernel/money.ts';
import { processorContract } from '../contract/processor.contract.ts';
import { hasStripeDescription } from '../support/aws-emulators.ts';
import { bookOf, charged, processorAt } from '../support/stripe-double/bookkeeping.ts';
import { act } from '../support/stripe-double/charging.ts';
import { DECLINING_ACCOUNT, startStripeDouble } from '../support/stripe-double/server.ts';

if (hasStripeDescription())
  processorContract('Stripe, as its double has it', async () => {
    const double = await startStripeDouble();
    const books = double.books();
    return {
      processor: processorAt(double),
      methods: {
        approved: 'pm_card_visa',
        declined: 'pm_card_visa_chargeDeclined',
        insufficientFunds: 'pm_card_visa_chargeDeclinedInsufficientFunds',
        silentlyApproved: 'pm_double_silent',
        silentlyDeclined: 'pm_double_silent_declined',
        unavailable: 'pm_double_unavailable',
        movesNothing: 'pm_double_immovable',
        opensFirst: 'pm_card_visa',
        pendingApproved: 'pm_usBankAccount_success',
        pendingDeclined: 'pm_double_debit_returned',
        awaitsCustomer: 'pm_card_authenticationRequired',
        shownLate: undefined,
        foreign: 'card',
      },
      declining: { account: DECLINING_ACCOUNT },
      amounts: [
        money(1n, 'JPY'),
        money(99_999_999n, 'USD'),
        money(99_999_990n, 'KWD'),
        money(999_999n, 'ISK'),
      ],
      saidOfApproved: { responseCode: 'approved_by_network', responseText: 'Payment complete.' },
      recordsRefusals: false,
      customerActs: (reference, choice) => {
        for (const { id, metadata } of books.intents.values())
          if (metadata['paywright_payment'] === reference)
            act(books, id, choice === 'approve' ? 'approve' : 'fail');
      },
      untilShown: () => {
        for (const { id, status, payment_method } of books.intents.values())
          if (status === 'processing')
            act(books, id, payment_method === 'pm_double_debit_returned' ? 'fail' : 'approve');
      },
      charged: () => charged(books),
      book: (reference: string) => bookOf(books, reference),
      close: async () => {
        await double.close();
        if (double.undescribed().length > 0) throw new Error(double.undescribed().join('\n'));
      },
    };
  });
