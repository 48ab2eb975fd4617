import { type Command, InvalidArgumentError, Option } from 'commander';
import { PAYMENT_STATUSES } from '../../domain/payments/payment.ts';
import { EXIT_HELP, type ExitCode } from './exit-codes.ts';
import { helpOf, serverCommand } from './server-options.ts';
import type { Terminal } from './terminal.ts';

type Ran = (command: () => Promise<ExitCode>) => Promise<void>;

/** `paywright payments …`. */
export function addPaymentCommands(program: Command, ran: Ran, terminal: Terminal): void {
  const payments = program
    .command('payments')
    .description('look at payments and take, capture, refund, void and resolve them, at a server')
    .addHelpText('after', EXIT_HELP);
  const asks = (name: string, says: string, shape: string) =>
    serverCommand(payments.command(name).description(says), shape);
  const changes = (name: string, says: string, shape: string) =>
    asks(name, says, shape).option(
      '--key <key>',
      'idempotency key (a new one, which is printed before it is sent)',
    );
  const reads = () => import('./payment-reads.ts');
  const writes = () => import('./payment-changes.ts');

  asks('list', 'print payments, the newest first', '{"items": [...], "more": true|false}')
    .addOption(new Option('--status <name>', 'in this state only').choices(PAYMENT_STATUSES))
    .option('--currency <code>', 'in this currency only')
    .option('--customer <id>', 'of this customer only')
    .option('--customer-email <email>', 'of the customer with this email only')
    .option('--metadata <pair>', 'with this pair only, as order=1001', pair)
    .option('--key <key>', 'the one that was taken under this idempotency key')
    .option('--since <time>', 'created at or after: a day or an RFC 3339 time')
    .option('--until <time>', 'created at or before')
    .option('--attention', 'only those that need people')
    .addOption(new Option('--limit <n>', 'print so many, 1 to 1000').argParser(limit).default(20))
    .addHelpText('after', helpOf(LIST_EXAMPLES))
    .action((options) => ran(async () => (await reads()).listPaymentsCommand(options, terminal)));
  asks('get', 'print one payment with its transactions', 'the payment')
    .argument('<id>', 'which one')
    .addHelpText('after', helpOf(['paywright payments get pay_…']))
    .action((id, options) => ran(async () => (await reads()).getPaymentCommand(id, options, terminal)));
  changes('create', 'take a payment', 'the payment')
    .requiredOption('--amount <n>', 'in minor units: 1999 is 19.99 USD, or 1999 JPY', amount)
    .requiredOption('--currency <code>', 'such as USD')
    .option('--method <name>', 'payment method', 'card')
    .option('--customer <id>', 'whose payment it is')
    .option('--description <text>', 'for people')
    .option('--metadata <pair>', 'such as order=1001; may be repeated', pairs, {})
    .option('--hold', 'authorize only, and capture later')
    .option('--wait', 'where there is no outcome yet, ask until there is')
    .addHelpText('after', helpOf(CREATE_EXAMPLES, REPEAT_HELP))
    .action((options) => ran(async () => (await writes()).createPaymentCommand(options, terminal)));
  changes('capture', 'take of what is held', 'the transaction')
    .argument('<id>', 'which payment')
    .option('--amount <n>', 'in minor units (all that is left)', amount)
    .option('--final', 'release what this leaves of the authorization')
    .addHelpText('after', helpOf(['paywright payments capture pay_… --amount 500 --final'], REPEAT_HELP))
    .action((id, options) => ran(async () => (await writes()).capturePaymentCommand(id, options, terminal)));
  changes('refund', 'give back of what was captured', 'the transaction')
    .argument('<id>', 'which payment')
    .option('--amount <n>', 'in minor units (all that is left)', amount)
    .option('--reason <text>', 'why; it stands in the transaction')
    .addHelpText(
      'after',
      helpOf(["paywright payments refund pay_… --amount 500 --reason 'One item came back'"], REPEAT_HELP),
    )
    .action((id, options) => ran(async () => (await writes()).refundPaymentCommand(id, options, terminal)));
  changes('void', 'release what is held', 'the transaction')
    .argument('<id>', 'which payment')
    .addHelpText('after', helpOf(['paywright payments void pay_…'], REPEAT_HELP))
    .action((id, options) => ran(async () => (await writes()).voidPaymentCommand(id, options, terminal)));
  changes(
    'resolve',
    'say how a payment in attention ended, or confirm what another person said',
    'the payment',
  )
    .argument('<id>', 'which payment')
    .addOption(new Option('--outcome <name>', 'how it ended').choices(['succeeded', 'failed', 'canceled']))
    .option('--amount <n>', 'what went through, in minor units, if it was less than was asked', amount)
    .option('--reason <text>', 'why; it stands in the payment and in the audit trail')
    .option('--evidence <text>', 'where it can be checked')
    .option('--replaces', 'also where another proposal waits, which goes')
    .addOption(
      new Option('--confirm <version>', 'confirm what waits, as it is at this version').conflicts([
        'outcome',
        'amount',
        'reason',
        'evidence',
        'replaces',
      ]),
    )
    .addHelpText('after', helpOf(RESOLVE_EXAMPLES, REPEAT_HELP))
    .action((id, options) => ran(async () => (await writes()).resolvePaymentCommand(id, options, terminal)));
}

const LIST_EXAMPLES = [
  'paywright payments list --status succeeded --since 2026-03-01',
  'paywright payments list --attention --json',
  'PAYWRIGHT_URL=https://pay.example.com PAYWRIGHT_TOKEN=… paywright payments list',
];
const CREATE_EXAMPLES = [
  'paywright payments create --amount 1999 --currency USD',
  'paywright payments create --amount 5000 --currency EUR --hold --metadata order=1001 --key order-1001',
  'paywright payments create --amount 1999 --currency USD --method test_timeout_approved --wait',
];
const RESOLVE_EXAMPLES = [
  "paywright payments resolve pay_… --outcome succeeded --amount 1998 --reason 'The processor wrote so' --subject ann",
  'paywright payments resolve pay_… --confirm 3 --subject bob',
];

const REPEAT_HELP = `
The idempotency key stands on standard error before anything is sent: the same command with --key does nothing twice,
whatever became of the first.
`;

function amount(text: string): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : 0;
  if (value < 1)
    throw new InvalidArgumentError('It takes whole minor units: 1999 is 19.99 USD, or 1999 JPY.');
  return value;
}

function limit(text: string): number {
  const value = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > 1_000) throw new InvalidArgumentError('It takes 1 to 1000.');
  return value;
}

function pair(text: string): Readonly<Record<string, string>> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It takes a name, = and a value.');
  return { [text.slice(0, at)]: text.slice(at + 1) };
}

const pairs = (text: string, before: Readonly<Record<string, string>>) => ({ ...before, ...pair(text) });
