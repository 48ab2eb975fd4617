import { asChanged, type ShownException } from '../../application/files/read-exceptions.ts';
import type { RequestedAction, ResolveFailure } from '../../application/files/resolve-exception.ts';
import { unclaimed } from '../../application/kernel/aggregate-change.ts';
import type { UseCases } from '../../application/use-cases.ts';
import { TOKENS } from '../../composition/tokens.ts';
import type { Exception, ExceptionType } from '../../domain/files/exception.ts';
import type { Age } from '../../domain/files/exception-age.ts';
import type { Origin } from '../../domain/kernel/actor.ts';
import { type MerchantId, parseId, parseMerchantId } from '../../domain/kernel/ids.ts';
import { parseInstant } from '../../domain/kernel/instant.ts';
import { jsonText } from '../../domain/kernel/json.ts';
import { findsPan } from '../../domain/kernel/pan.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Resolver } from '../../domain/kernel/second-person.ts';
import { exceptionView } from '../http/files/exception-schemas.ts';
import type { Config } from './config.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { notOpened, openPlatform } from './open-platform.ts';
import type { Terminal } from './terminal.ts';

export type ListExceptionsOptions = Readonly<{
  merchant: string;
  kind?: ExceptionType;
  status: Exception['status'];
  age?: Age;
  currency?: string;
  assignedTo?: string;
  limit: number;
  json?: boolean;
}>;

export type ResolveOptions = Readonly<{
  merchant: string;
  action: RequestedAction['kind'];
  reason: string;
  transaction?: string;
  payment?: string;
  until?: string;
  json?: boolean;
}>;

/** The commands run without a token: the trail names the command, and no person confirms as it. */
const ORIGIN: Origin = { actor: { id: 'paywright exceptions', type: 'system' }, requestId: 'exceptions' };
const BY: Resolver = { id: ORIGIN.actor.id, identities: [`sub:${ORIGIN.actor.id}`] };

const PAGE = 100;

/** Prints a merchant's exceptions, the newest first. */
export const listExceptionsCommand = (
  config: Config,
  { merchant, kind, status, age, currency, assignedTo, limit, json = false }: ListExceptionsOptions,
  terminal: Terminal,
): Promise<ExitCode> =>
  withUseCases(config, merchant, terminal, async ({ listExceptions }, merchantId) => {
    const filter = present({ type: kind, status, age, currency, assignedTo });
    const found: ShownException[] = [];
    let cursor: string | undefined;
    do {
      const page = await listExceptions({
        merchantId,
        filter,
        limit: Math.min(PAGE, limit - found.length),
        ...present({ cursor }),
      });
      if (page.isErr()) return failed(terminal, 'the storage does not answer');
      found.push(...page.value.items);
      cursor = page.value.nextCursor;
    } while (cursor !== undefined && found.length < limit);
    const more = cursor !== undefined;
    if (json) terminal.out(`${jsonText({ items: found.map(exceptionView), more })}\n`);
    else terminal.out(`${found.map(lineOf).join('')}${more ? 'and more\n' : ''}`);
    return EXIT.ok;
  });

/** Decides about one exception, as a person does over HTTP. */
export function resolveExceptionCommand(
  config: Config,
  text: string,
  options: ResolveOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const id = parseId('exc', text);
  const action = actionOf(options);
  const reason = options.reason.trim();
  const fault =
    id === undefined
      ? 'give the id of an exception, which begins with exc_'
      : typeof action === 'string'
        ? action
        : reason === '' || reason.length > 500 || findsPan(reason)
          ? '--reason takes 1 to 500 characters, and no card number'
          : undefined;
  if (fault !== undefined || id === undefined || typeof action === 'string') {
    terminal.err(`paywright: ${fault}\n`);
    return Promise.resolve(EXIT.usage);
  }
  return withUseCases(config, options.merchant, terminal, async ({ resolveException }, merchantId) => {
    const request = { merchantId, id, action, reason, by: BY, origin: ORIGIN };
    const resolved = await resolveException(request, unclaimed);
    if (resolved.isErr()) return failed(terminal, SAYS[resolved.error.kind]);
    const shown = asChanged(resolved.value);
    if (options.json === true) terminal.out(`${jsonText(exceptionView(shown))}\n`);
    else
      terminal.out(
        resolved.value.status === 'proposed' ? `${id} waits for a person to confirm it\n` : lineOf(shown),
      );
    return EXIT.ok;
  });
}

/** The action, or what is wrong with the options. */
function actionOf({ action: kind, transaction, payment, until }: ResolveOptions): RequestedAction | string {
  if (kind !== 'link' && (transaction ?? payment) !== undefined)
    return '--transaction and --payment go with link alone';
  if (kind !== 'expect_later' && until !== undefined) return '--until goes with expect_later alone';
  if (kind === 'link') {
    const transactionId = parseId('txn', transaction ?? '');
    const paymentId = parseId('pay', payment ?? '');
    if (transactionId === undefined || (payment !== undefined && paymentId === undefined))
      return 'link needs --transaction txn_…, and takes --payment pay_…';
    return { kind, transactionId, ...present({ paymentId }) };
  }
  if (kind !== 'expect_later') return { kind };
  const at = parseInstant(until ?? '');
  return at === undefined ? 'expect_later needs --until with an RFC 3339 time' : { kind, until: at };
}

async function withUseCases(
  config: Config,
  merchant: string,
  terminal: Terminal,
  serve: (useCases: UseCases, merchantId: MerchantId) => Promise<ExitCode>,
): Promise<ExitCode> {
  const merchantId = parseMerchantId(merchant);
  if (merchantId === undefined) {
    terminal.err('paywright: --merchant takes 1 to 64 letters, digits, dashes or underscores\n');
    return EXIT.usage;
  }
  const opened = await openPlatform(config);
  if ('says' in opened) return notOpened(opened, terminal.err);
  try {
    return await serve(opened.platform.get(TOKENS.useCases), merchantId);
  } finally {
    await opened.close();
  }
}

function failed({ err }: Terminal, says: string): ExitCode {
  err(`paywright: ${says}\n`);
  return EXIT.failed;
}

const SAYS: Readonly<Record<ResolveFailure['kind'], string>> = {
  ExceptionNotFound: 'this merchant has no such exception',
  ExceptionClosed: 'the exception has ended',
  ResolutionPending: 'a resolution waits for a second person',
  ActionNotPossible: 'the action can do nothing about this exception',
  UntilOutOfRange: '--until is in the future, and at most 90 days away',
  LinkTargetNotFound: 'this merchant has no such transaction; name its payment, too',
  LinkTargetClosed: 'the transaction is not one that succeeded and is not settled yet',
  LinkTargetDiffers: 'the row says another type, currency, amount or fee than the transaction has',
  TransactionMoved: 'the transaction has moved since the exception was opened',
  LinePosted: 'the money of the row was posted since the exception was opened',
  VersionMismatch: 'the exception has changed meanwhile',
  ChangedMeanwhile: 'the exception has changed meanwhile; run it again',
  KeysUnavailable: 'the keys cannot be had',
  StorageUnavailable: 'the storage does not answer',
};

const lineOf = ({ exception, age }: ShownException): string => {
  const { id, type, status, amount, line, transactionId, assignedTo } = exception;
  return `${[
    id,
    status,
    age.padEnd(4),
    type.padEnd(17),
    amount === undefined ? '-' : `${amount.minorUnits} ${amount.currency}`,
    transactionId ?? (line === undefined ? '-' : `line ${line}`),
    ...(assignedTo === undefined ? [] : [assignedTo]),
  ].join('  ')}\n`;
};
